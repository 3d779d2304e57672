"""Reworking: pieces made from what is given, a score or a sound, instead of from nothing."""
