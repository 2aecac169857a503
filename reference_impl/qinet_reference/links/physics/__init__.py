"""The physics of entangled links, exact: states are density matrices, outcomes follow Born's rule.

Pure functions. Randomness is handed in as something with a method `random()`, time as seconds.
A pair has two ends: the first is the qubit of the node with the lower ID, as in
`qinet.entanglement.v1`. Where a function draws, it draws one uniform number.
"""
