"""The suite: judges an implementation of a quantum-network interface, clause by clause."""
