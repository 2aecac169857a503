"""Executable models of what a conforming implementation may answer next. No I/O."""
