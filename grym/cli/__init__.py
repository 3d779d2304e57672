"""The command line: a thin face over the typed client and the runtime."""
