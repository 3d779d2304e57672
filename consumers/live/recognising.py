"""Asking pattern memory about running streams, in turn, within a share of the CPU.

Whoever has waited longest is asked about next, so many streams share what there is evenly. Taking an imprint and
weighing it happens in threads; what they may take is bounded by pausing after each question in proportion. A stream
about which memory cannot be asked often enough says so; where memory is away, it says that, and goes on.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consumers.failures.faults import note_of
from consumers.live.hearings import Hearing
from consumers.live.recent import Recent
from consumers.live.settings import RecognitionSettings
from consumers.ports import RunnerPorts
from grym.domain.recognition.codec import encode
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import Signal
from grym.errors import GrymError
from grym.ports.patterns import Recogniser, Recognition
from schemas.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is asked, opened by the first question."""

    recogniser: Callable[[], Recogniser]
    collection: str = "default"


class Questions:
    """Asks about the streams of one session.

    Parameters
    ----------
    hearings
        Returns the streams that have not ended.
    tell
        Takes what follows from an answer.
    """

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: RecognitionSettings,
        memory: Memory,
        *,
        hearings: Callable[[], Iterable[Hearing]],
        tell: Callable[[Sequence[Message]], None],
    ) -> None:
        self._name = name
        self._clock = ports.clock
        self._telemetry = ports.telemetry
        self._settings = settings
        self._memory = memory
        self._hearings = hearings
        self._tell = tell
        self._look_again_s = 0.0
        """Until then nobody is asked: memory held nothing when it was asked last."""

    async def ask(self) -> None:
        """Ask until cancelled."""
        while True:
            hearing = self._next()
            if hearing is None:
                await self._clock.sleep(self._settings.look_s)
                continue
            began_s = self._clock.monotonic_s()
            await self._ask_about(hearing)
            took_s = self._clock.monotonic_s() - began_s
            await self._clock.sleep(took_s * (1.0 / self._settings.cpu_share - 1.0))

    def _next(self) -> Hearing | None:
        """Return the stream of which most was heard since memory was asked about it, if that is enough."""
        waiting = max(self._hearings(), key=_unasked_s, default=None)
        return waiting if waiting is not None and _unasked_s(waiting) >= self._settings.every_s else None

    async def _ask_about(self, hearing: Hearing) -> None:
        unasked_s, hearing.asked_s = _unasked_s(hearing), hearing.listener.end_s
        if (fresh := hearing.listener.fresh_sound()) is not None:
            hearing.tail.add(fresh)
        if self._clock.monotonic_s() < self._look_again_s:
            return
        recent = hearing.tail.recent(least_s=self._settings.least_s)
        if recent is None:
            return
        if unasked_s > self._settings.behind_s:
            self._telemetry.count("live_questions_skipped", int(unasked_s / self._settings.every_s), of=self._name)
            self._tell(hearing.listener.note("recognition_behind"))
        self._telemetry.count("live_questions", of=self._name)
        answer = await self._answer(recent)
        if answer is not None and not answer.searched:
            self._look_again_s = self._clock.monotonic_s() + self._settings.empty_s
        self._tell(
            hearing.listener.unrecognised() if answer is None else hearing.listener.recognised(answer, recent.stretch)
        )

    async def _answer(self, recent: Recent) -> Recognition | None:
        """Return what memory says; None where it does not answer."""
        try:
            imprint = await asyncio.to_thread(_imprint, recent.signal)
            async with asyncio.timeout(self._settings.patience_s):
                return await self._memory.recogniser().recognise(
                    imprint, collection=self._memory.collection, top=self._settings.top
                )
        except Exception as error:  # noqa: BLE001 (a fault in recognising is no fault of those who listen)
            self._telemetry.count("live_questions_failed", of=self._name)
            if not isinstance(error, GrymError | TimeoutError):  # memory that is away says so elsewhere
                self._telemetry.log("question.failed", processor=self._name, error=note_of(error).error_class)
            return None


def _unasked_s(hearing: Hearing) -> float:
    return hearing.listener.end_s - hearing.asked_s


def _imprint(signal: Signal) -> bytes:
    return encode(take_imprint(signal))
