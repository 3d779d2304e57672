"""The journal of pattern memory at work.

Writing many changes at once, reading memory as of any event, checking what follows from the events, carrying patterns
elsewhere, and making their numbers anew.
"""
