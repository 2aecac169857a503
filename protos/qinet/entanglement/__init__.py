"""Entangled links between two or more nodes."""
