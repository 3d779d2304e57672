"""A consumer group in memory: members, generations, committed marks, and rebalances that take time.

It behaves as Kafka's classic groups do under an eager assignor with static members. Whenever somebody joins, leaves or
is evicted, everybody's partitions are called back; a client lends its runner a moment to give them back and then goes
on without it; a process that does not answer is waited for until its session is over. Then a new generation begins, and
commits of older ones are refused.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from grym.ports.feed import Mark
from schemas.records import TopicPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """How long things take in a group."""

    session_s: float = 10.0
    """Seconds after which a member that does not answer is evicted."""
    drain_s: float = 0.2
    """Seconds a client gives its runner to let go of what is called back."""
    join_s: float = 0.05
    """Seconds from the last answer of a member to the new generation."""


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """One client in the group; replaced by a new one when it joins again."""

    identity: str
    topics: tuple[str, ...]
    sources: tuple[TopicPartition, ...] = ()
    generation: int = 0
    is_working: bool = False
    answers: bool = True
    is_gone: bool = False
    called_back: asyncio.Event = field(default_factory=asyncio.Event)
    handed_out: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class GroupCounts:
    """What has happened in a group."""

    rebalances: int = 0
    evictions: int = 0
    refused_commits: int = 0
    cut_short: int = 0
    """Members whose runner had not let go when its time was up."""


class Group:
    """The coordinator's side of one group."""

    def __init__(self, settings: GroupSettings) -> None:
        self.marks: dict[TopicPartition, Mark] = {}
        self.counts = GroupCounts()
        self.generation = 0
        self._settings = settings
        self._members: dict[str, Member] = {}
        self._partitions: dict[str, list[TopicPartition]] = {}
        self._is_stale = False
        self._rebalancing: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def join(self, identity: str, partitions: Mapping[str, list[TopicPartition]]) -> Member:
        """Let a client in; one that comes back under its identity gets what it had, and its former self is fenced."""
        member = Member(identity=identity, topics=tuple(partitions))
        self._partitions.update(partitions)
        former = self._members.get(identity)
        self._members[identity] = member
        if former is None:
            self._unsettle()
        elif former.topics != member.topics:
            self._dismiss(former)
            self._unsettle()
        else:
            self._replace(former, member)
        return member

    def leave(self, member: Member) -> None:
        """Let a client go at once."""
        self._remove(member)

    def silence(self, member: Member) -> None:
        """Note that a client does not answer any more; unless it does again in time, it is evicted."""
        member.answers = False
        asyncio.get_running_loop().call_later(self._settings.session_s, self._evict, member)

    def hear(self, member: Member) -> None:
        """Note that a client answers again."""
        member.answers = True
        self._changed.set()

    def let_go(self, member: Member) -> None:
        """Note that nobody works on a client's partitions any more."""
        member.is_working = False
        self._changed.set()

    def commit(self, member: Member, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Keep how far partitions are done; False from somebody who has them no longer."""
        current = not member.is_gone and member.generation == self.generation
        if not current or not member.sources or not set(marks) <= set(member.sources):
            self.counts.refused_commits += 1
            return False
        self.marks.update(marks)
        return True

    def _replace(self, former: Member, member: Member) -> None:
        """Put a client in the place of its former self without troubling the others."""
        if self._rebalancing is None and not former.is_gone:
            member.sources, member.generation = former.sources, former.generation
            member.handed_out.set()
        self._dismiss(former)
        self._changed.set()

    def _evict(self, member: Member) -> None:
        if not member.answers and not member.is_gone:
            self.counts.evictions += 1
            self._remove(member)

    def _remove(self, member: Member) -> None:
        if member.is_gone:
            return
        self._dismiss(member)
        if self._members.get(member.identity) is member:
            del self._members[member.identity]
        self._unsettle()

    def _dismiss(self, member: Member) -> None:
        """Let a client see that it is in the group no more."""
        member.is_gone = True
        member.called_back.set()
        member.handed_out.set()

    def _unsettle(self) -> None:
        self._is_stale = True
        self._changed.set()
        if self._rebalancing is None:
            self._rebalancing = asyncio.create_task(self._rebalance())

    async def _rebalance(self) -> None:
        """Call everything back, wait for it, and hand it out again, until nobody has come or gone meanwhile."""
        while self._is_stale:
            self._is_stale = False
            for member in self._members.values():
                member.handed_out.clear()
                member.called_back.set()
            await self._given_back()
            await asyncio.sleep(self._settings.join_s)
            self.generation += 1
            self.counts.rebalances += 1
            self._hand_out()
        self._rebalancing = None

    async def _given_back(self) -> None:
        """Wait until no member works, those who answer no longer than their time, those who do not until evicted."""
        loop = asyncio.get_running_loop()
        up_at_s = loop.time() + self._settings.drain_s
        alarm = loop.call_at(up_at_s, self._changed.set)
        while self._holds_up(is_up=loop.time() >= up_at_s):
            self._changed.clear()
            await self._changed.wait()
        alarm.cancel()

    def _holds_up(self, *, is_up: bool) -> bool:
        working = [member for member in self._members.values() if member.is_working]
        late = [member for member in working if member.answers]
        if is_up and len(late) == len(working):
            self.counts.cut_short += len(late)
            return False
        return bool(working)

    def _hand_out(self) -> None:
        shares = share_out(self._partitions, self._members)
        for identity, member in self._members.items():
            member.sources, member.generation = shares[identity], self.generation
            member.is_working = False
            member.called_back = asyncio.Event()
            member.handed_out.set()


def share_out(
    partitions: Mapping[str, list[TopicPartition]], members: Mapping[str, Member]
) -> dict[str, tuple[TopicPartition, ...]]:
    """Return fair shares by identity: whoever had a partition keeps it within its share."""
    shares: dict[str, list[TopicPartition]] = {identity: [] for identity in members}
    owners = {source: identity for identity, member in members.items() for source in member.sources}
    wanted = sorted(source for topic, sources in partitions.items() for source in sources if _read(topic, members))
    most = -(-len(wanted) // max(1, len(members)))
    homeless = []
    for source in wanted:
        owner = owners.get(source)
        if owner is not None and source.topic in members[owner].topics and len(shares[owner]) < most:
            shares[owner].append(source)
        else:
            homeless.append(source)
    for source in homeless:
        readers = [identity for identity, member in members.items() if source.topic in member.topics]
        shares[min(readers, key=lambda identity: (len(shares[identity]), identity))].append(source)
    return {identity: tuple(sorted(share)) for identity, share in shares.items()}


def _read(topic: str, members: Mapping[str, Member]) -> bool:
    return any(topic in member.topics for member in members.values())
