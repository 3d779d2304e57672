"""The workflow engine of grym: definitions are data, a run is one row with a version."""

from streams.coordinator.processor import Coordinator
from streams.coordinator.run import Run

__all__ = ["Coordinator", "Run"]
