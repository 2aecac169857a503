"""What a KME does, without wires, files, clocks or dice: time and randomness are handed in."""
