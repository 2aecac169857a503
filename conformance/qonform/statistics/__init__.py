"""Sequential tests with a stated error bound, valid whenever one stops."""
