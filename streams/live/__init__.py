"""Live streams: frames in, what is heard in them out, with one small state for each stream and no clock."""
