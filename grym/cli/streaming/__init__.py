"""The parts of ``grym stream``: where sound comes from, how it plays, how things stand, and how that is shown."""
