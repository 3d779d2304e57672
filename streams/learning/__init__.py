"""The learner: what reached a listener and what they thought of it become the settings of their next piece."""

from streams.learning.processor import Learning
from streams.learning.state import LearnerState

__all__ = ["LearnerState", "Learning"]
