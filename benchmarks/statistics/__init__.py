"""What the statistics over keys promise, simulated: `python -m benchmarks.statistics`."""
