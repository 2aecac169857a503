"""Machine-made mutants of the reference network: what the suite misses that nobody thought of."""
