"""What can be asked of an implementation: typed, and free of any transport."""
