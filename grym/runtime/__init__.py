"""The composition root: settings become adapters, adapters become processors, and something runs them.

`open_runtime` opens what every command needs (log, state, artifacts, client); worker processes start with the first
thing that needs them.
"""

from grym.runtime.names import PROCESSORS, checked_names
from grym.runtime.opening import Runtime, open_runtime

__all__ = ["PROCESSORS", "Runtime", "checked_names", "open_runtime"]
