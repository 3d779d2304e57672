"""Watermarks under every order of events: ``committed <= min(in flight)``, over revocations, crashes and lost marks.

A model partition with gaps is read by one owner after the other. An owner takes, finishes, commits, is revoked (its
last marks are stored) or dies (they are not); what is stored beside the line may be cut. The model keeps the truth.
"""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from consumers.running.watermark import Watermark
from grym.ports.feed import Mark


@dataclass
class Partition:
    """What is true of a partition: positions that hold records, and those that somebody has finished."""

    positions: list[int] = field(default_factory=list)
    end: int = 0
    finished: set[int] = field(default_factory=set)

    def append(self, gap: int) -> None:
        """Append a record after a gap."""
        self.end += gap
        self.positions.append(self.end)


class Owners(RuleBasedStateMachine):
    """One partition, and whoever owns it."""

    def __init__(self) -> None:
        super().__init__()
        self.partition = Partition()
        self.stored = Mark()
        self.start = Mark()
        self.mark = Watermark()
        self.in_flight: list[int] = []

    @rule(gap=st.integers(1, 4))
    def append(self, gap: int) -> None:
        """Something is appended; markers of transactions lie in between."""
        self.partition.append(gap)

    @rule(count=st.integers(1, 4))
    def take(self, count: int) -> None:
        """The owner reads on; what an earlier one finished above the line is not in its hands."""
        unread = [position for position in self.partition.positions if position > self.mark.taken]
        for position in unread[:count]:
            known = position in self.mark.mark.beyond
            assert known or position not in self.start.beyond
            assert self.mark.take(position) is not known
            if not known:
                self.in_flight.append(position)

    @rule()
    def pass_over(self) -> None:
        """Everything that there is was read, and behind it lie only markers."""
        unread = [position for position in self.partition.positions if position > self.mark.taken]
        if not unread:
            self.partition.end += 2
            self.mark.pass_over(self.partition.end)

    @rule(choice=st.integers(0, 99))
    def finish(self, choice: int) -> None:
        """Something in hand is done, in any order."""
        if self.in_flight:
            position = self.in_flight.pop(choice % len(self.in_flight))
            self.partition.finished.add(position)
            self.mark.finish(position)

    @rule(choice=st.integers(0, 99))
    def finish_again(self, choice: int) -> None:
        """What was parked and comes out of the parking lot is done once more, wherever the line is."""
        if done := sorted(self.partition.finished):
            position = done[choice % len(done)]
            self.mark.finish(position)
            self.in_flight = [other for other in self.in_flight if other != position]

    @rule()
    def commit(self) -> None:
        """Marks are stored."""
        self.stored = self.mark.mark
        self.mark.commit(self.stored)

    @rule(kept=st.integers(0, 6))
    def store_cut_short(self, kept: int) -> None:
        """There is room for some of what is finished above the line only: the lowest of it is kept."""
        now = self.mark.mark
        self.stored = Mark(position=now.position, beyond=now.beyond[:kept])
        self.mark.commit(self.stored)

    @rule()
    def revoke(self) -> None:
        """The owner gives back in peace: its marks are stored before the next one begins."""
        self.stored = self.mark.mark
        self.begin()

    @rule()
    def die(self) -> None:
        """The owner is gone, and what it had not stored is done again."""
        self.begin()

    def begin(self) -> None:
        """Let another owner begin from what is stored."""
        self.start = self.stored
        self.mark = Watermark(self.stored)
        self.in_flight = []

    @invariant()
    def nothing_unfinished_is_passed(self) -> None:
        """What is stored, or would be now, lies below everything that nobody has finished."""
        unfinished = [p for p in self.partition.positions if p not in self.partition.finished]
        for mark in (self.stored, self.mark.mark):
            assert mark.position < min(unfinished, default=self.partition.end + 1)
            assert not set(mark.beyond) - self.partition.finished
            assert all(position > mark.position for position in mark.beyond)
            assert list(mark.beyond) == sorted(set(mark.beyond))

    @invariant()
    def what_is_in_hand_is_counted(self) -> None:
        """The line lies below the lowest one in hand, and no finished one below it is held back."""
        assert self.mark.line < min(self.in_flight, default=self.mark.taken + 1)
        if not self.in_flight:
            assert self.mark.line == self.mark.taken


TestOwners = Owners.TestCase
TestOwners.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


@given(count=st.integers(1, 60), chance=st.randoms(use_true_random=False))
def test_the_line_arrives_whatever_the_order(count: int, chance: object) -> None:
    """Once everything in hand is finished, in any order at all, the line lies at the end and nothing beside it."""
    mark = Watermark()
    positions = [3 * number for number in range(1, count + 1)]
    for position in positions:
        mark.take(position)
    chance.shuffle(positions)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    lines = []
    for position in positions:
        mark.finish(position)
        lines.append(mark.line)
    assert lines == sorted(lines)
    assert mark.mark == Mark(position=3 * count)
