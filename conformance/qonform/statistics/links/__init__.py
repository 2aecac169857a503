"""Sequential tests over entangled pairs, from the outcomes of both ends alone."""
