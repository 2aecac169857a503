"""The desk at which applications ask for pairs: `qinet.entanglement.v1` over any simulator.

A simulator makes pairs (`machine.Machine`). What it has no word for is done here, and is the
adapter's and not the simulator's: who may ask, Create IDs, acceptance by purpose, the queue,
deadlines, the streams of events, and the transport.
"""
