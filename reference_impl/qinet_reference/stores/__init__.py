"""Where stored bits and outstanding keys are kept: in memory, or in an SQLite file."""
