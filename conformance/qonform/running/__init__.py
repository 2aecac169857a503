"""One judging run: what is asked of it, how it goes, and what it found."""
