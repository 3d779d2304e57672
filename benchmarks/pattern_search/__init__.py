"""Searching patterns: speed, memory and recall of the vector index beside what else could be used."""
