"""What went wrong in a stream: everything is counted, but told of at most once a second of sound for each name."""

from collections.abc import Iterator
from typing import Any

from grym.domain.live.facts import Alert, AlertName

LEAST_WINDOWS_APART = 10
"""A second: a stream in which everything goes wrong still says little more than one that goes well."""

SENTENCES: dict[str, str] = {
    "gap": "samples never came, or too late; silence stands for them",
    "late": "frames came after their time had been given up",
    "duplicate": "frames came twice; the first one counts",
    "reordered": "frames came out of order and were put in their places",
    "overlap": "frames began before the end of the one before; the first to come counts",
    "sequence": "sequence numbers are missing or out of order though the samples join",
    "jump": "the position leapt further than a gap may be",
    "too_late": "frames came for a time that is no longer remembered and were refused",
    "format_changed": "frames had another rate or channel count than the stream and were refused; open a new stream",
    "not_finite": "samples were no numbers or far beyond full scale; silence stands for them",
    "silence": "nothing can be heard",
    "clipping": "the tops of the waveform are cut flat at full scale; lower the gain",
    "dc": "the waveform lies off centre; apply a high-pass",
}
"""What each name means, for a person."""


class Alerts:
    """Counts causes and spaces out the alerts about them."""

    def __init__(self) -> None:
        self.counts: dict[AlertName, int] = {}
        self._number = 0
        self._told: dict[AlertName, int] = {}
        self._waiting: dict[AlertName, tuple[float, float | None, bool]] = {}

    def note(
        self, name: AlertName, *, at_s: float, amount: int = 1, duration_s: float | None = None, over: bool = False
    ) -> None:
        """Count a cause `amount` times; it is told of when its name is due.

        Parameters
        ----------
        name
            What happened.
        at_s
            Where in the stream; the first place stays until the alert is told.
        amount
            0 for the end of what was counted when it began.
        duration_s
            How much sound it concerns; added up until the alert is told.
        over
            A lasting condition has ended.
        """
        self.counts[name] = self.counts.get(name, 0) + amount
        first_s, so_far_s, _ = self._waiting.get(name, (at_s, None, False))
        total_s = duration_s if so_far_s is None else so_far_s + (duration_s or 0.0)
        self._waiting[name] = (first_s, total_s, over)

    def due(self, window: int, *, all_of_them: bool = False) -> Iterator[Alert]:
        """Yield the alerts whose time has come at a window of the stream, in the order of their causes."""
        for name in list(self._waiting):
            last = self._told.get(name)
            if all_of_them or last is None or window - last >= LEAST_WINDOWS_APART:
                self._told[name] = window
                yield self._told_of(name)

    def _told_of(self, name: AlertName) -> Alert:
        at_s, duration_s, over = self._waiting.pop(name)
        self._number += 1
        return Alert(
            number=self._number - 1,
            name=name,
            at_s=at_s,
            count=self.counts[name],
            duration_s=duration_s,
            over=over,
            detail=SENTENCES[name],
        )

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {
            "counts": self.counts,
            "number": self._number,
            "told": self._told,
            "waiting": {name: list(what) for name, what in self._waiting.items()},
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Alerts":
        """Return alerts that go on where `state` was taken."""
        alerts = cls()
        alerts.counts = state["counts"]
        alerts._number = state["number"]
        alerts._told = state["told"]
        alerts._waiting = {name: (at_s, length_s, over) for name, (at_s, length_s, over) in state["waiting"].items()}
        return alerts
