"""One transaction's view of all tables."""

from dataclasses import dataclass, fields

from grym.adapters.memory.rows import CancelledRun, InboxRow, JobRow, LiveRow, StateRow, TextRow
from grym.adapters.memory.staged import Staged
from grym.adapters.memory.store import InboxKey, StateKey, Store
from grym.ports.effects import SetTimer
from grym.ports.work import Letter, Parked
from schemas.records import TopicPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The staged tables; `commit` checks all of them before it changes any."""

    inbox: Staged[InboxKey, InboxRow]
    states: Staged[StateKey, StateRow]
    positions: Staged[tuple[str, TopicPartition], int]
    parked: Staged[int, Parked]
    letters: Staged[str, Letter]
    timers: Staged[str, SetTimer]
    jobs: Staged[str, JobRow]
    cancelled_runs: Staged[str, CancelledRun]
    texts: Staged[str, TextRow]
    holds: Staged[tuple[str, str], bool]
    live_sources: Staged[TopicPartition, int]
    live_streams: Staged[str, LiveRow]

    @classmethod
    def over(cls, store: Store) -> "Tables":
        """Open a view with nothing staged."""
        return cls(
            inbox=Staged("the inbox", store.inbox),
            states=Staged("a state", store.states),
            positions=Staged("a position", store.positions),
            parked=Staged("a parked record", store.parked),
            letters=Staged("a letter", store.letters),
            timers=Staged("a timer", store.timers),
            jobs=Staged("a job", store.jobs),
            cancelled_runs=Staged("a cancelled run", store.cancelled_runs),
            texts=Staged("a text", store.texts),
            holds=Staged("an artifact's reference", store.holds),
            live_sources=Staged("a claim of live streams", store.live_sources),
            live_streams=Staged("a checkpoint", store.live_streams),
        )

    def commit(self) -> None:
        """Make all changes visible, or raise `TransientError` and change nothing."""
        tables = [getattr(self, entry.name) for entry in fields(self)]
        for table in tables:
            table.check()
        for table in tables:
            table.commit()
