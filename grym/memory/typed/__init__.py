"""Typed memory: stores made of stores, what keeps them in order, and the way from an older memory to this one."""
