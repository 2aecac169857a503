"""The checks: one folder a standard, one module a clause group."""
