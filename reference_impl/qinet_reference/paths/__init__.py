"""The reference network layer: pairs between the ends of a chain of links, by swapping.

It serves `NetworkLayer` of `qinet.entanglement.v1`. Terms are those of QNP (Kozlowski, Dahlberg,
Wehner, CoNEXT 2020).
"""
