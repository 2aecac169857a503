"""The suite judged in its turn: against a network that lies in a known way, does it say so?

Every seeded fault of the reference network is judged as a user would judge a target: the network in
one process, `qonform run` in another. A fault is *caught* when at least one of the requirements
that it breaks has the verdict `fail`; else it has *survived*.
"""
