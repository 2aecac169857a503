"""The Qonform profile of the link layer protocol EGP, over `qinet.entanglement.v1`."""
