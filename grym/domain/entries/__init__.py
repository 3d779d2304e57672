"""Typed memory as values: what an entry is, what may be asked, what matches and how well. Pure."""
