"""Hypothesis strategies, parameterised by what the target itself advertises."""
