"""How each transport is asked; one module each."""
