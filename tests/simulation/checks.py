"""What must hold after an afternoon, as sentences about what does not."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from consumers.identity import RUNNER_SOURCE
from consumers.running.intake import Concern
from schemas.envelope import peek
from schemas.events import RequestAccepted, RequestCancelled, RequestIgnored
from schemas.records import Message, Record
from streams.processor import AnyProcessor
from tests.simulation.ledger import Identity, Ledger, identity_of
from tests.simulation.mirror import broken_copies

TERMINALS = frozenset(f"grym.request.{end}.v1" for end in ("completed", "rejected", "deadlettered", "cancelled"))
PLENTY_S = 600.0
"""Deadline that no run needs."""
Run = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything there is to look at.

    Parameters
    ----------
    everything
        All records of all topics, each topic's partitions in order.
    published
        What upstream sent.
    late_s
        Seconds by which a deadline may be missed: what outages and silence of processes may add up to.
    mirrored
        Whether a hop ran.
    """

    everything: Sequence[Record]
    published: Sequence[Message]
    ledger: Ledger
    processors: Sequence[AnyProcessor]
    deadlines_s: Mapping[str, float]
    late_s: float
    mirrored: bool = False


def broken_promises(findings: Findings) -> list[str]:
    """Return what was broken, as sentences."""
    broken = [
        *findings.ledger.broken,
        *_ends_once(findings.everything),
        *_ends_in_time(findings),
        *_left_to_their_deadline(findings),
        *_decided_once(findings.ledger),
        *_answered(findings.everything, findings.published),
        *_no_letters_from_outages(findings.ledger),
    ]
    for processor in findings.processors:
        broken += _accounted(processor, findings)
        broken += _in_order(processor, findings)
    return broken + (broken_copies(findings.everything) if findings.mirrored else [])


def _run_of(record: Record) -> Run:
    return peek(record.headers, "ce_subject"), peek(record.headers, "ce_runno")


def _events(everything: Sequence[Record], kinds: frozenset[str]) -> dict[Run, dict[Identity, Record]]:
    """Return the distinct events of some types by run; repeats on the wire are one event."""
    found: dict[Run, dict[Identity, Record]] = defaultdict(dict)
    for record in everything:
        if peek(record.headers, "ce_type") in kinds and not peek(record.headers, "grym_letter_id"):
            found[_run_of(record)].setdefault(identity_of(record), record)
    return found


def _ends_once(everything: Sequence[Record]) -> list[str]:
    """Every accepted run has exactly one terminal event."""
    ends = _events(everything, TERMINALS)
    accepted = _events(everything, frozenset({RequestAccepted.TYPE}))
    broken = [f"run {run} ended {len(ends[run])} times" for run in sorted(accepted) if len(ends[run]) != 1]
    return broken + [f"run {run} ended but never began" for run in sorted(set(ends) - set(accepted))]


def _ends_in_time(findings: Findings) -> list[str]:
    """A run with a short deadline ended soon after it."""
    began = _events(findings.everything, frozenset({RequestAccepted.TYPE}))
    ends = _events(findings.everything, TERMINALS)
    broken = []
    for (request_id, run_no), events in sorted(began.items()):
        deadline_s = findings.deadlines_s.get(request_id)
        if deadline_s is None or not ends[request_id, run_no]:
            continue
        [first, *_], [last, *_] = events.values(), ends[request_id, run_no].values()
        took_s = (last.appended_at - first.appended_at).total_seconds()
        if took_s > deadline_s + findings.late_s:
            broken.append(f"run {request_id, run_no} ended {took_s - deadline_s:.0f} s after its deadline")
    return broken


def _left_to_their_deadline(findings: Findings) -> list[str]:
    """A run that had time enough did not need its deadline to end: nothing it waited for was lost."""
    broken = set()
    for (request_id, run_no), events in _events(findings.everything, frozenset({RequestCancelled.TYPE})).items():
        for record in events.values():
            reason = msgspec.json.decode(record.value or b"", type=RequestCancelled).reason
            if reason == "deadline" and findings.deadlines_s.get(request_id, 0.0) >= PLENTY_S:
                broken.add(f"run {request_id, run_no} was left to its deadline")
    return sorted(broken)


def _decided_once(ledger: Ledger) -> list[str]:
    """No event of grym's own was committed twice."""
    said = Counter(identity for identity in ledger.said if identity[0].startswith("grym/"))
    return [f"{name} was said {times} times" for name, times in sorted(said.items()) if times > 1]


def _answered(everything: Sequence[Record], published: Sequence[Message]) -> list[str]:
    """Every readable request was accepted or recorded as ignored."""
    heard = {
        peek(record.headers, "ce_causationid")
        for record in everything
        if peek(record.headers, "ce_type") in {RequestAccepted.TYPE, RequestIgnored.TYPE}
    }
    asked = {peek(sent.headers, "ce_id") for sent in published if sent.topic == "grym.requests.v1"}
    return [
        f"request {name} was never answered" for name in sorted(asked) if name.endswith("ask") and name not in heard
    ]


def _no_letters_from_outages(ledger: Ledger) -> list[str]:
    """A dependency that was away made no dead letter of a healthy event."""
    return [f"a letter says {code}" for code in ledger.letter_codes if code.endswith((".away", ".unknown", ".open"))]


def _accounted(processor: AnyProcessor, findings: Findings) -> list[str]:
    """Every record that concerns a processor had its effect or became a letter; no effect happened twice."""
    ledger, concern = findings.ledger, Concern(processor)
    effects = Counter(
        (entry.source, entry.event_id, entry.run_no) for entry in ledger.effects if entry.processor == processor.name
    )
    topics = {body.TOPIC for body in processor.accepts}
    broken = [f"{processor.name}: {name} had {times} effects" for name, times in effects.items() if times > 1]
    for record in findings.everything:
        if record.topic not in topics or not concern.covers(record):
            continue
        place = (processor.name, record.topic_partition, record.position)
        if identity_of(record) not in effects and place not in ledger.lettered:
            broken.append(f"{processor.name}: {identity_of(record)} was lost")
    return broken


def _in_order(processor: AnyProcessor, findings: Findings) -> list[str]:
    """Effects of one key of one topic follow the order of the log."""
    first: dict[Identity, Record] = {}
    for record in findings.everything:
        first.setdefault(identity_of(record), record)
    lanes: dict[tuple[str, bytes | None], list[int]] = defaultdict(list)
    for entry in findings.ledger.effects:
        done = first.get((entry.source, entry.event_id, entry.run_no))
        if entry.processor == processor.name and entry.source != RUNNER_SOURCE and done is not None:
            lanes[done.topic, done.key].append(done.position)
    return [f"{processor.name}: {lane} in the order {got}" for lane, got in lanes.items() if got != sorted(got)]
