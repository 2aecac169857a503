"""What entangled links cost: `python -m benchmarks.links` prints tables."""
