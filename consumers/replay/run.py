"""A replay from end to end: read, decide again, compare, report.

Each processor is given what it was given then, read from the log, and never what another processor decides today: a
difference is reported where it begins and does not spread. Of a key that began before the span nothing is known but
what the log still holds, so it is left out and counted, unless its whole past is folded first (the learner, pattern
memory). Nobody's positions move; the shadow's effects end with it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from consumers.claims import ClaimDesk
from consumers.replay.compare import changes
from consumers.replay.inputs import Done, Input, Inputs, in_order_of_time, in_order_of_work
from consumers.replay.pace import EventClock, Pace
from consumers.replay.parts import Part, type_of
from consumers.replay.past import Past
from consumers.replay.report import Difference, Report
from consumers.replay.shadow import Decided, Shadow
from consumers.spans import merged, positions_before
from grym.errors import PermanentError
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from schemas.catalogue import BY_NAME
from schemas.envelope import Envelope, peek
from schemas.imported import as_first_logged, is_imported
from schemas.records import Message, Record, TopicPartition

SETTLE_S = 2.0
"""Seconds after which the outputs of a log that lies elsewhere can be seen, once its outbox is empty."""

WITHOUT_EFFECT = ("given_up", "unreadable")
"""Why an input had no effect then."""

PROMPT_ERASED = "prompt.erased"

Sink = Callable[[Message, datetime], Awaitable[None]]
Watch = Callable[[Report, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when, and outputs of which topics are compared; None compares all.

    Parameters
    ----------
    imported
        Whether it is a span of the log that imports come from, and not of what was worked on here.
    """

    begin: datetime
    end: datetime
    topics: frozenset[str] | None = None
    imported: bool = False


class Replay:
    """Replays one span.

    Parameters
    ----------
    live
        What is replayed; only read.
    shadow
        What today's decisions are kept in, empty at first; its clock is `event_clock`.
    clock
        The clock of this machine.
    sink
        Given every output that is made today, with the instant of its cause.
    watch
        Told now and then how far the replay is.
    """

    def __init__(
        self,
        *,
        live: Backend,
        shadow: Backend,
        event_clock: EventClock,
        artifacts: ArtifactStore,
        parts: Sequence[Part],
        clock: Clock,
        pace: Pace,
        sink: Sink | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._live = live
        self._parts = tuple(parts)
        self._clock = clock
        self._pace = pace
        self._sink = sink
        self._watch = watch
        self._claims = ClaimDesk(artifacts)
        self._past = Past(live.history)
        self._shadows = {part.name: Shadow(part, shadow, event_clock) for part in self._parts}
        self._judged: set[tuple[str, str]] = set()
        self._unfounded: dict[str, frozenset[str]] = {}
        self.report = Report()

    async def run(self, span: Span) -> Report:
        """Replay the span and return what differs."""
        self._past = Past(self._live.history, imported=span.imported)
        done = {part.name: await self._done(part) for part in self._parts}
        inputs = Inputs(self._past, self._claims, done, begin=span.begin, end=span.end)
        for part in self._parts:
            # How far back the log went that an archive comes from, nobody can tell.
            whole = not span.imported and await self._is_whole(part)
            self._unfounded[part.name] = frozenset() if whole else frozenset(body.TYPE for body in part.leans_on)
            if not span.imported:  # what was learned there lies in the journal there
                await self._remember(part, span)
        ends = await self._live.log.ends(self._topics())
        # What an import brought lies behind the end of a span that was over by then.
        before = None if span.imported else span.end
        records = merged(self._live.log, after=await self._begins(span), upto=ends, before=before)
        records = self._counted(self._chosen(records, span), span)
        async for found in in_order_of_work(records, self._parts, inputs, begin=span.begin):
            await self._pace.keep(found.deed.worked_at)
            await self._replay(found, span)
            if self._watch is not None:
                self._watch(self.report, found.deed.worked_at)
        return self.report

    async def _chosen(self, records: AsyncIterator[Record], span: Span) -> AsyncIterator[Record]:
        """Return what was worked on here, or what imports brought, in the order of its own log."""
        if span.imported:
            imported = (as_first_logged(record) async for record in records if is_imported(record.headers))
            async for record in in_order_of_time(imported):
                if record.appended_at < span.end:
                    yield record
            return
        async for record in records:
            if not is_imported(record.headers):
                yield record
            elif record.appended_at >= span.begin:
                self.report.skipped["imported"] += 1

    async def _counted(self, records: AsyncIterator[Record], span: Span) -> AsyncIterator[Record]:
        """Pass records on, counting the commands whose answers are facts."""
        facts = [part.fact_types() for part in self._parts]
        async for record in records:
            if record.appended_at >= span.begin:
                self.report.facts += sum(type_of(record) in types for types in facts)
            yield record

    async def _remember(self, part: Part, span: Span) -> None:
        """Let a processor begin with the memory of then, and with the states that belong to it."""
        if part.memory is None:
            return
        known = await part.memory.begin(span.begin)
        states = await self._live.states.load_all(part.name, sorted(known)) if known else {}
        await self._shadows[part.name].take_over(states.values())

    def _topics(self) -> frozenset[str]:
        return frozenset().union(*(part.topics | part.refolded_topics for part in self._parts))

    async def _begins(self, span: Span) -> dict[TopicPartition, int]:
        """Return where to read from: the span's start, or the beginning where the past is folded."""
        folded = frozenset().union(*(part.refolded_topics for part in self._parts))
        return await positions_before(self._live.log, self._topics() - folded, span.begin)

    async def _is_whole(self, part: Part) -> bool:
        """Tell whether the past that a processor folds is all there."""
        for source, end in (await self._live.log.ends(part.refolded_topics)).items():
            first = await self._live.log.read(source, after=0, limit=1) if end else []
            if end and (not first or first[0].position > 1):
                return False
        return True

    async def _done(self, part: Part) -> Done:
        settled_at = self._clock.now() + timedelta(days=1)
        if self._live.outbox is not None:
            backlog = await self._live.outbox.backlog()
            settled_at = self._clock.now() - timedelta(seconds=SETTLE_S + backlog.oldest_s)
        return Done(
            positions=await self._live.progress.positions(part.name),
            waiting=frozenset(await self._live.parking.waiting_keys(part.name)),
            settled_at=settled_at,
        )

    async def _replay(self, found: Input, span: Span) -> None:
        """Decide one input again and compare what follows."""
        part, envelope, report = found.part, found.envelope, self.report
        if found.folds:
            if envelope is None or found.skip is not None:
                self._set_aside(found, _key_of(part, envelope))
            else:
                await self._shadows[part.name].decide(envelope, found.record)
            return
        report.read += 1
        key = _key_of(part, envelope)
        if envelope is None or found.skip is not None:
            report.skipped[found.skip or "lost"] += 1
            self._set_aside(found, key)
            return
        if await self._is_partial(found, envelope, key, span):
            return
        if part.memory is not None:
            part.memory.as_then(found.deed.outputs)
        decided = await self._shadows[part.name].decide(envelope, found.record)
        if decided.repeated:
            report.skipped["repeated"] += 1
        elif getattr(decided.error, "code", "") == PROMPT_ERASED:
            report.skipped["erased"] += 1
        else:
            report.replayed += 1
            await self._compare(found, envelope, decided, span)

    def _set_aside(self, found: Input, key: str | None) -> None:
        """Leave a key out from now on, since something happened to it that cannot be decided again.

        What became a dead letter had no effect then, so its key goes on. Of a record that is gone only the names in
        its headers are known.
        """
        if found.skip in WITHOUT_EFFECT:
            return
        if found.skip == "erased" and found.part.memory is not None and _writes(found):
            # What a person taught memory is gone: from here on it is no longer the memory of then.
            self._unfounded[found.part.name] = found.part.types()
        names = names_of(found.record) if found.envelope is None else {key} - {None}
        self.report.partial_keys.update((found.part.name, name) for name in names if name is not None)

    async def _is_partial(self, found: Input, envelope: Envelope, key: str | None, span: Span) -> bool:
        """Tell whether the state an input met then cannot be known."""
        part, record = found.part, found.record
        if envelope.type in self._unfounded[part.name]:
            self.report.skipped["unfounded"] += 1
            return True
        if key is None:
            return False
        name = (part.name, key)
        if name not in self._judged:
            self._judged.add(name)
            folded = part.refolds or (part.memory is not None and not span.imported)
            if not folded and await self._past.began_before(envelope, span.begin, types=part.types()):
                self.report.partial_keys.add(name)
        return name in self.report.partial_keys or any(
            (part.name, other) in self.report.partial_keys for other in names_of(record)
        )

    async def _compare(self, found: Input, envelope: Envelope, decided: Decided, span: Span) -> None:
        self.report.effects.update(type(effect).__name__ for effect in decided.effects)
        then = {peek(record.headers, "ce_id"): record for record in found.deed.outputs if _wanted(record.topic, span)}
        for message in decided.messages:
            if self._sink is not None:
                await self._sink(message, found.record.appended_at)
            if _wanted(message.topic, span):
                await self._judge(found, envelope, message, then.pop(peek(message.headers, "ce_id"), None))
        error = "" if decided.error is None else f"{type(decided.error).__name__}: {decided.error}"
        for record in then.values():
            self.report.differ(replace(_difference(found, envelope, record), error=error))

    async def _judge(self, found: Input, envelope: Envelope, now: Message, then: Record | None) -> None:
        """Compare one output of today with the one of the same id."""
        if then is None:
            if self._is_expired(found.record, now.topic):
                self.report.skipped["expired"] += 1
            else:
                self.report.differ(replace(_difference(found, envelope, now), kind="extra"))
            return
        if then.value is None:
            self.report.skipped["erased"] += 1
            return
        try:
            differing = changes(await self._claims.check_out(then), now)
        except PermanentError:
            self.report.skipped["lost"] += 1
            return
        if differing:
            difference = replace(_difference(found, envelope, now), kind="changed", changes=tuple(differing))
            self.report.differ(difference)
        else:
            self.report.agree(found.part.name)

    def _is_expired(self, cause: Record, topic: str) -> bool:
        """Tell whether the outputs of a cause are beyond the retention of their topic."""
        retention_s = BY_NAME[topic].retention_s
        return retention_s is not None and cause.appended_at < self._clock.now() - timedelta(seconds=retention_s)


def _difference(found: Input, cause: Envelope, output: Record | Message) -> Difference:
    return Difference(
        kind="missing",
        processor=found.part.name,
        type=peek(output.headers, "ce_type"),
        id=peek(output.headers, "ce_id"),
        subject=peek(output.headers, "ce_subject"),
        cause=cause.id,
    )


def _writes(found: Input) -> bool:
    """Tell whether an input is more than a question to memory."""
    return type_of(found.record) not in {body.TYPE for body in found.part.leans_on}


def names_of(record: Record) -> set[str]:
    """Return what a record is about, as far as headers and key tell."""
    return {peek(record.headers, "ce_subject"), (record.key or b"").decode(errors="replace")} - {""}


def _key_of(part: Part, envelope: Envelope | None) -> str | None:
    try:
        return None if envelope is None else part.processor.state_key(envelope)
    except Exception:  # noqa: BLE001 - deciding will raise it again, and that is reported
        return None


def _wanted(topic: str, span: Span) -> bool:
    return span.topics is None or topic in span.topics
