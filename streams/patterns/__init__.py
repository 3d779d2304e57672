"""Pattern memory: what was heard is kept, recognised later, and lent to the composer."""

from streams.patterns.processor import Patterns
from streams.patterns.state import Remembered

__all__ = ["Patterns", "Remembered"]
