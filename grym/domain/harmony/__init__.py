"""Harmony over time: which chord sounds when, and in which key."""
