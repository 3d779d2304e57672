"""Listening to live streams: fairly to all of them, from checkpoint to checkpoint."""
