"""Repairing recordings: measure, choose what is needed, apply it block by block, measure again, keep the better.

Every stage *surveys* a sound first, block by block, and says in a few numbers what is wrong with it, or that nothing
is. What it found is a `grym.domain.enhancing.sound.Repair`: a function of the samples around a place and of the survey
alone, so the same sound comes out however it is cut into blocks, and memory does not grow with its length.
"""

STAGES = ("declip", "declick", "hum", "rumble", "denoise", "eq", "deess", "loudness")
"""The stages by name, in the order they are tried: what is damaged first, then what was added, then the tone."""
