"""A network whose nodes are processes of their own, and reach the links over a Unix socket.

A pair is in no node's hands alone: its state, and the heralds that both its nodes hear, are where
the links meet. There is the station, one process; each node is another, with its own endpoint,
identity and log of events, and ends when it is killed without any other.
"""
