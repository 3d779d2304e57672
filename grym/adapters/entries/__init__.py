"""Stores of typed memory, one module for each thing they lie in."""
