"""grym turns requests into music and sound into knowledge, and every step is an event."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("grym")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
