"""Folding what waits, one piece of one stream after the other, and saving streams that have come far enough."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from consumers.failures.faults import fault_of, note_of
from consumers.live.hearings import Hearing, Hearings, Waiting
from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.ports import RunnerPorts
from consumers.waits import Bell
from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES
from schemas.envelope import peek
from schemas.records import Message, Record, TopicPartition
from streams.live.telling import Cause

MOST_ID_CHARACTERS = 200


class Folding:
    """Gives every stream its turns, for one session.

    Parameters
    ----------
    let_go
        Told of every record that is out of hand.
    """

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: LiveSettings,
        *,
        hearings: Hearings,
        storing: Storing,
        arrived: Bell,
        let_go: Callable[[Waiting], None],
    ) -> None:
        self._name = name
        self._log = ports.backend.log
        self._clock = ports.clock
        self._telemetry = ports.telemetry
        self._settings = settings
        self._hearings = hearings
        self._storing = storing
        self._arrived = arrived
        self._let_go = let_go
        self._spent_s = 0.0

    async def run(self) -> None:
        """Fold until cancelled."""
        turns = 0
        while True:
            hearing = self._hearings.next_turn()
            if hearing is None:
                await self._arrived.wait(self._clock, timeout_s=None)
                continue
            await self._storing.unwritten.wait_for_room()
            self._fold_piece(hearing)
            turns += 1
            if turns % self._settings.turns_at_once == 0:
                await asyncio.sleep(0)  # reading and storing have their turns too

    def _fold_piece(self, hearing: Hearing) -> None:
        """Fold the next piece of a stream; whatever goes wrong concerns this stream alone."""
        waiting: Waiting | None
        began_s = self._clock.monotonic_s()
        try:
            messages, waiting = hearing.hear_on()
        except Exception as error:  # noqa: BLE001 (a fault in one stream is no fault of the others)
            messages, waiting = self._failed(hearing, error), hearing.drop_head()
        self._spent_s += self._clock.monotonic_s() - began_s
        if messages:  # a window takes several turns, and shares some of its work with those of other streams
            self._storing.tell(messages)
            self._telemetry.observe("live_block_seconds", self._spent_s, of=self._name)
            self._spent_s = 0.0
        if waiting is not None:
            self._folded(hearing, waiting)
        self._hearings.had_turn(hearing)

    def _folded(self, hearing: Hearing, waiting: Waiting) -> None:
        record = waiting.record
        if waiting.error is not None:
            self._storing.lose(record, waiting.error)
            self._storing.tell(hearing.listener.note("broken_frame", _cause_of(record)))
        self._let_go(waiting)
        age_s = (self._clock.now() - record.appended_at).total_seconds()
        self._telemetry.observe("event_age_seconds", max(0.0, age_s), of=self._name)
        self._telemetry.count("events_done", of=self._name)
        self._save_if_due(hearing)

    def _failed(self, hearing: Hearing, error: Exception) -> Sequence[Message]:
        """Give up the record a stream failed with, and the stream with it where it had begun."""
        head = hearing.head
        letter_id = self._storing.lose(head.record, error)
        self._telemetry.count("events_failed", of=self._name)
        cause = None if head.arrival is None else head.arrival.cause
        return hearing.listener.fail(fault_of(note_of(error)), cause, letter_id=letter_id)

    # --- checkpoints -----------------------------------------------------------------------------------------------

    async def save_quiet(self) -> None:
        """Save streams of which nothing more comes, until cancelled; the others are saved as they are heard."""
        while True:
            await self._clock.sleep(self._settings.checkpoint_apart_s)
            for hearing in self._hearings:
                self._save_if_due(hearing)

    def save_all(self) -> None:
        """Save every stream as far as it is folded."""
        for hearing in self._hearings:
            self.save(hearing)

    def save(self, hearing: Hearing) -> None:
        """Have a stream saved as far as it is folded."""
        covered = hearing.covered_to(hearing.folded)
        if not (hearing.listener.begun or hearing.busy):
            self._hearings.forget(hearing)
        if not hearing.listener.begun or hearing.saved_over:  # what came after the end changed nothing
            self._storing.leave(hearing.source, covered)
        elif hearing.saved < hearing.folded or hearing.listener.over:
            self._storing.save(self._checkpoint(hearing), covered)

    def _save_if_due(self, hearing: Hearing) -> None:
        settings = self._settings
        has_room = self._storing.checkpoints < settings.checkpoints_at_once
        # The last checkpoint of a stream does not wait: no record of it comes that would ask for it again.
        if (has_room or hearing.listener.over) and hearing.is_due(
            sound_s=settings.checkpoint_sound_s,
            most_bytes=settings.checkpoint_bytes,
            apart_s=settings.checkpoint_apart_s,
            quiet_s=settings.checkpoint_quiet_s,
            now_s=self._clock.monotonic_s(),
        ):
            self.save(hearing)

    def _checkpoint(self, hearing: Hearing) -> Checkpoint:
        return hearing.checkpoint(now_s=self._clock.monotonic_s())

    # --- silence ---------------------------------------------------------------------------------------------------

    async def look_for_silence(self) -> None:
        """End streams that have fallen silent, until cancelled."""
        while True:
            await self._clock.sleep(self._settings.look_s)
            self._telemetry.gauge("live_streams", len(self._hearings), of=self._name)
            now = self._clock.now()
            silent = [hearing for hearing in self._hearings if _is_silent(hearing, now)]
            if any(hearing.silent_from is None for hearing in silent):
                ends = await self._log.ends([AUDIO_FRAMES])
                silent = [hearing for hearing in silent if _is_silent(hearing, now)]  # as it is after that wait
                self._note_ends(silent, ends)
            for hearing in silent:
                if hearing.silent_from is not None and self._storing.read_to(hearing.source) >= hearing.silent_from:
                    self._end_silent(hearing)

    def _note_ends(self, silent: Sequence[Hearing], ends: Mapping[TopicPartition, int]) -> None:
        """Note where partitions end now: whatever was sent before the time-out lies below."""
        for hearing in silent:
            if hearing.silent_from is None:
                hearing.silent_from = ends.get(hearing.source, 0)

    def _end_silent(self, hearing: Hearing) -> None:
        try:
            self._storing.tell(hearing.listener.fall_silent())
        except Exception as error:  # noqa: BLE001 (as when folding)
            self._telemetry.count("events_failed", of=self._name)
            self._storing.tell(hearing.listener.fail(fault_of(note_of(error))))
        self.save(hearing)
        self._hearings.had_turn(hearing)


def _is_silent(hearing: Hearing, now: datetime) -> bool:
    return not hearing.busy and hearing.listener.idle_at(now)


def _cause_of(record: Record) -> Cause:
    return Cause(event_id=peek(record.headers, "ce_id")[:MOST_ID_CHARACTERS], at=record.appended_at)
