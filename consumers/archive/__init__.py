"""Archives of the log: their lines, writing them, and bringing them in as history."""
