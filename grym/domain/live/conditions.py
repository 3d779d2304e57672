"""What lasts: silence, an offset of the waveform, clipping. Noted when it begins and when it is over.

References: thresholds as in `grym.domain.quality.waveform` and `profiles`, which judge whole recordings.
"""

from typing import Any

import numpy as np

from grym.domain.live.alerts import Alerts
from grym.domain.live.frame import StreamFormat
from grym.domain.quality.profiles import RECORDING
from grym.domain.quality.waveform import CLIPPED_RUN_SAMPLES, SILENCE_DBFS
from grym.domain.signal import FloatArray

SILENT_POWER = 10.0 ** (SILENCE_DBFS / 10.0)
SILENT_WINDOWS = 20
"""Two seconds: rests and pauses between pieces are shorter or are worth knowing of."""

OFFSET_WINDOWS = 30
OFFSET = RECORDING.bounds["signal.dc_offset"].most or 0.0
OFFSET_OVER = OFFSET / 2.0
"""An offset is told from low tones over three seconds, and is over at half of what it began at: it cannot flicker."""

FULL_SCALE = np.float32(0.9995)
"""As a flat top at any level in whole recordings, but at full scale: the peak of what is to come is not known."""


class Conditions:
    """Watches the windows of a stream in which something came."""

    def __init__(self, stream_format: StreamFormat) -> None:
        self._silent_since: int | None = None
        self._silence_told = False
        self._means = np.zeros((OFFSET_WINDOWS, stream_format.channels))
        self._offset_since: int | None = None
        self._high = np.zeros((stream_format.channels, CLIPPED_RUN_SAMPLES), dtype=bool)
        self._window_s = stream_format.seconds(stream_format.window_samples)

    def window(self, number: int, samples: FloatArray, alerts: Alerts) -> None:
        """Look at a window, shape (channels, samples), and note what began or ended.

        Parameters
        ----------
        number
            Of the window.
        samples
            Finite; silence where samples are missing.
        alerts
            Where to note it.
        """
        power = float(np.vdot(samples, samples)) / max(1, samples.size)
        self._silence(number, alerts, silent=power < SILENT_POWER)
        self._means[number % OFFSET_WINDOWS] = np.add.reduce(samples, axis=1) / max(1, samples.shape[1])
        self._offset(number, alerts)
        self._clipping(number, samples, alerts)

    def finish(self, number: int, alerts: Alerts) -> None:
        """Note how long what still lasts has lasted, at the end before window `number`."""
        self._silence(number, alerts, silent=False)
        if self._offset_since is not None:
            self._offset_over(number, alerts)

    def _silence(self, number: int, alerts: Alerts, *, silent: bool) -> None:
        if silent:
            since = number if self._silent_since is None else self._silent_since
            self._silent_since = since
            if not self._silence_told and number - since + 1 >= SILENT_WINDOWS:
                self._silence_told = True
                alerts.note("silence", at_s=since * self._window_s)
            return
        if self._silence_told and self._silent_since is not None:
            since = self._silent_since
            alerts.note(
                "silence",
                at_s=since * self._window_s,
                amount=0,
                duration_s=(number - since) * self._window_s,
                over=True,
            )
        self._silent_since, self._silence_told = None, False

    def _offset(self, number: int, alerts: Alerts) -> None:
        sums = np.add.reduce(self._means, axis=0)
        offset = max(map(abs, sums.tolist())) / OFFSET_WINDOWS
        if self._offset_since is None and offset > OFFSET:
            self._offset_since = number
            alerts.note("dc", at_s=number * self._window_s)
        elif self._offset_since is not None and offset < OFFSET_OVER:
            self._offset_over(number, alerts)

    def _offset_over(self, number: int, alerts: Alerts) -> None:
        since = self._offset_since or 0
        alerts.note(
            "dc", at_s=since * self._window_s, amount=0, duration_s=(number - since) * self._window_s, over=True
        )
        self._offset_since = None

    def _clipping(self, number: int, samples: FloatArray, alerts: Alerts) -> None:
        """Count runs of three samples at full scale, also those that began in the window before."""
        if max(float(samples.max()), -float(samples.min())) < FULL_SCALE:  # no run can go on in it
            self._high[:] = False
            return
        flags = np.concatenate([self._high, np.abs(samples) >= FULL_SCALE], axis=1)
        self._high = flags[:, -CLIPPED_RUN_SAMPLES:].copy()
        runs = flags[:, :-2] & flags[:, 1:-1] & flags[:, 2:]
        tops = int(np.count_nonzero(runs[:, 1:] & ~runs[:, :-1]))
        if tops:
            alerts.note("clipping", at_s=number * self._window_s, amount=tops)

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {
            "silent_since": self._silent_since,
            "silence_told": self._silence_told,
            "means": self._means,
            "offset_since": self._offset_since,
            "high": self._high,
        }

    @classmethod
    def restored(cls, stream_format: StreamFormat, state: dict[str, Any]) -> "Conditions":
        """Return conditions that go on where `state` was taken."""
        conditions = cls(stream_format)
        conditions._silent_since = state["silent_since"]
        conditions._silence_told = state["silence_told"]
        conditions._means = state["means"]
        conditions._offset_since = state["offset_since"]
        conditions._high = state["high"]
        return conditions
