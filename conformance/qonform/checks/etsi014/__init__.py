"""Checks of ETSI GS QKD 014, and of its meaning over any transport."""
