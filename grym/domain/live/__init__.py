"""Hearing sound while it arrives: one stream as a deterministic fold of its frames, without a clock."""
