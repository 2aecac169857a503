"""What helps around a run: before it, after it, and between two of them.

One module for each command that is about practice: what it works out, without a terminal.
"""
