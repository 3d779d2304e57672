"""Views: what the last minutes looked like, per processor; folded from the log, for dashboards."""

from streams.views.observing import Observation, observe
from streams.views.rolling import View, ViewLimits, Window

__all__ = ["Observation", "View", "ViewLimits", "Window", "observe"]
