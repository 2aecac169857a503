"""Quantum-distributed keys for two or more applications."""
