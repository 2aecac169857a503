"""What a circuit does, without wires, files, clocks or dice: time and chance are handed in.

Times are seconds on the nodes' clock, which all nodes of a network share. Nodes of a circuit count
from the head-end, 0; link i leads from node i to node i + 1.
"""
