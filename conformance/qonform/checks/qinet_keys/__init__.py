"""Checks of what is particular to qinet.keys.v1 over gRPC."""
