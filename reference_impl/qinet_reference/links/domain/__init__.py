"""What a link does, without wires, files, clocks or dice: time and chance are handed in.

Times are seconds on the nodes' clock, which all nodes of a network share.
"""
