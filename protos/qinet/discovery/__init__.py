"""What a node is, what it offers, and who it takes the caller for."""
