"""Generators: neural models that make sound from words, loaded from saved folders."""
