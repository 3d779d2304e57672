"""Recognising a sound: what it leaves in memory, what evidence it shares with what was left before, how sure that is.

Two kinds of evidence complement each other. Landmarks (peaks of the spectrum, in pairs) survive noise but neither
another key nor another tempo; tonal frames (which pitches sound) survive key, tempo and instruments but little noise.
`imprint` takes both from a sound, `recognise` weighs them against everything that is remembered.
"""
