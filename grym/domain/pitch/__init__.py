"""Pitch in time: fundamental frequency, single notes and chords of notes, from sound alone."""
