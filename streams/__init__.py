"""Stream processors: each decides what follows from an event, and never does it itself; the runner commits."""
