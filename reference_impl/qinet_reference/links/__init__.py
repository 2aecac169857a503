"""The reference link layer: nodes that make entangled pairs with their neighbours.

It serves `qinet.entanglement.v1`. Terms are those of draft-dahlberg-ll-quantum-03.
"""
