"""The sources, read at a position that is known."""
