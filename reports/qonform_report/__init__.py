"""Reports: pure functions of results.json."""
