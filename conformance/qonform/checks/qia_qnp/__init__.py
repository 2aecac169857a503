"""The Qonform profile of the network layer protocol QNP, over `qinet.entanglement.v1`."""
