"""The wires: ETSI 014 REST and the common interface over gRPC, both over mutual TLS."""
