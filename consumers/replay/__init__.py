"""Shadow replay: any span of the log decided again by today's code, compared with what was decided then.

Nobody's positions move and nothing is published: decisions go into a backend of their own that is thrown away. See
`consumers.replay.shadow` for how one decision is made again and `consumers.replay.run` for which are.
"""

from consumers.replay.parts import Part
from consumers.replay.report import Report
from consumers.replay.run import Replay, Span

__all__ = ["Part", "Replay", "Report", "Span"]
