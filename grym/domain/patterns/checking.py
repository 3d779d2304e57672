"""What a change of pattern memory must look like, whatever is known already.

A change that breaks a rule is refused before it reaches the journal, which is never mended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import get_args

from grym.domain.patterns.names import MAX_NAME_CHARACTERS, collection_name, plain_text, plain_value
from grym.domain.patterns.numbers import BYTES_PER_VALUE, rows_of
from grym.domain.patterns.values import MAX_PATTERN_BYTES, Origin, PatternChange, PatternEventKind, PatternKind
from grym.domain.patterns.verdicts import fault_of_verdict
from grym.errors import InvalidPatternError, InvalidVectorError

KINDS = frozenset(get_args(PatternEventKind))
PATTERN_KINDS = frozenset(get_args(PatternKind))
RELATION_KINDS = ("similar", "variant", "sequential", "contains", "overlapping", "same-type", "composite")
WITH_NUMBERS = frozenset({"stored", "reembedded"})
LEAST_COUNTS = {"count": 1, "confirmed": 0, "denied": 0}
MAX_COUNT = 2**53
MAX_ID_BYTES = 512
"""Beside the longest name of a collection (2 kB) it fits into one entry of an index of PostgreSQL (2.7 kB)."""
MAX_TAGS = 64
MAX_TEXT_CHARACTERS = 4096
MAX_RELATIONS = 64
MAX_DIM = MAX_PATTERN_BYTES // BYTES_PER_VALUE
MAX_DEPTH = 4
"""Relations are values in an object in a list in an object."""
INFINITY = float("inf")


def checked(change: PatternChange) -> PatternChange:
    """Return a change as the journal keeps it: names plain, the digest of its numbers added.

    Raises
    ------
    InvalidPatternError
        ``pattern.id``, ``pattern.kind``, ``pattern.empty``, ``pattern.too_large``, ``pattern.field``,
        ``pattern.tags``, ``pattern.relations``, ``pattern.itself``.
    InvalidVectorError
        ``vector.dimension``, ``vector.not_finite``, ``vector.zero``.
    """
    _check_names(change)
    _check_numbers(change)
    if not _is_plain(change.data, depth=MAX_DEPTH):
        raise refused(change, "field", "what is said of the pattern is no plain value, too deep or no usable number")
    data = {plain_text(name): plain_value(value) for name, value in change.data.items()}
    change = replace(
        change, collection=collection_name(change.collection), origin=_plain_origin(change.origin), data=data
    )
    _check_data(change)
    return replace(change, data={**data, "content": content_of(change)}) if change.kind in WITH_NUMBERS else change


def content_of(change: PatternChange) -> str:
    """Return the SHA-256 of the numbers of a pattern as hexadecimal digits."""
    digest = hashlib.sha256(change.dim.to_bytes(4, "big"))
    for part in (change.vectors, change.imprint, change.motif):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def refused(change: PatternChange, code: str, message: str, *, hint: str = "") -> InvalidPatternError:
    """Return the error that refuses a change, with the pattern it is about."""
    details = {"pattern_id": change.pattern_id[:MAX_NAME_CHARACTERS], "event_id": change.event_id[:MAX_NAME_CHARACTERS]}
    return InvalidPatternError(message, code=f"pattern.{code}", hint=hint, details=details)


def _check_names(change: PatternChange) -> None:
    if change.kind not in KINDS:
        raise refused(change, "kind", f"{change.kind!r} is nothing that happens to a pattern")
    for name, value in (("event", change.event_id), ("pattern", change.pattern_id)):
        if not value or len(value) > MAX_NAME_CHARACTERS or plain_text(value) != value:
            raise refused(change, "id", f"the id of the {name} is empty, too long or no text")
    if len(change.pattern_id.encode()) > MAX_ID_BYTES:
        raise refused(change, "id", f"the id of the pattern takes more than {MAX_ID_BYTES} bytes")
    if max(map(len, (change.origin.extractor, change.origin.event_id, change.origin.request_id))) > MAX_TEXT_CHARACTERS:
        raise refused(change, "field", "what says where the pattern comes from is too long")
    if change.at.tzinfo is None:
        raise refused(change, "field", "the instant of a change has no time zone")


def _is_plain(value: object, *, depth: int) -> bool:
    """Return whether a value is one that every store keeps as it is."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        return abs(value) <= MAX_COUNT
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, Mapping):
        return depth > 0 and all(isinstance(n, str) and _is_plain(v, depth=depth - 1) for n, v in value.items())
    if isinstance(value, list | tuple):
        return depth > 0 and all(_is_plain(entry, depth=depth - 1) for entry in value)
    return False


def _plain_origin(origin: Origin) -> Origin:
    return Origin(
        extractor=plain_text(origin.extractor),
        event_id=plain_text(origin.event_id),
        request_id=plain_text(origin.request_id),
    )


def _check_numbers(change: PatternChange) -> None:
    size_bytes = len(change.vectors) + len(change.imprint) + len(change.motif)
    if change.kind not in WITH_NUMBERS:
        if size_bytes:
            raise refused(change, "field", f"an event of the kind {change.kind} carries no numbers")
        return
    if size_bytes == 0:
        raise refused(change, "empty", "the pattern has neither vectors nor an imprint nor a motif")
    if size_bytes > MAX_PATTERN_BYTES:
        raise refused(
            change, "too_large", f"the pattern has {size_bytes} bytes", hint=f"At most {MAX_PATTERN_BYTES} are kept."
        )
    if not change.origin.extractor:
        raise refused(change, "field", "nothing says what made the numbers")
    _check_vectors(change)


def _check_vectors(change: PatternChange) -> None:
    if not change.vectors:
        if not 0 <= change.dim <= MAX_DIM:
            raise _bad_vectors(change, "dimension", f"no vector has {change.dim} values")
        return
    if change.dim < 1 or len(change.vectors) % (change.dim * BYTES_PER_VALUE):
        raise _bad_vectors(change, "dimension", f"{len(change.vectors)} bytes are no rows of {change.dim} values")
    rows = rows_of(change.vectors, dim=change.dim)
    if not (abs(rows) < INFINITY).all():
        raise _bad_vectors(change, "not_finite", "a vector holds a value that is no number")
    if not rows.any(axis=1).all():
        raise _bad_vectors(change, "zero", "a vector holds nothing but zeros")


def _bad_vectors(change: PatternChange, code: str, message: str) -> InvalidVectorError:
    return InvalidVectorError(message, code=f"vector.{code}", details={"pattern_id": change.pattern_id})


def _check_data(change: PatternChange) -> None:
    """Check the plain values that each kind of event needs."""
    check = {
        "stored": _check_stored,
        "corrected": _check_said,
        "merged": _check_merged,
        "related": _check_relations,
        "reinforced": _check_verdict,
        "judged": _check_judged,
        "withdrawn": _check_withdrawn,
    }.get(change.kind)
    if check is not None:
        check(change)


def _check_stored(change: PatternChange) -> None:
    kind = change.data.get("pattern_kind")
    if not isinstance(kind, str) or kind not in PATTERN_KINDS:
        raise refused(change, "kind", f"{kind!r} is no kind of pattern")
    if not (change.motif if kind != "recording" else change.imprint or change.vectors):
        raise refused(change, "empty", f"the {kind} has nothing that makes it one")
    duration_s = change.data.get("duration_s", 0.0)
    if not isinstance(duration_s, int | float) or not isfinite(duration_s) or duration_s < 0:
        raise refused(change, "field", "the duration is no number of seconds")
    counts = [change.data.get(name, least) for name, least in LEAST_COUNTS.items()]
    if not all(
        type(n) is int and least <= n <= MAX_COUNT for n, least in zip(counts, LEAST_COUNTS.values(), strict=True)
    ):
        raise refused(change, "field", "how often it was heard, confirmed or denied is no number")
    _check_said(change)


def _check_said(change: PatternChange) -> None:
    """Check what people say of a pattern: name, category and tags."""
    for field in ("name", "category"):
        said = change.data.get(field)
        if said is not None and not isinstance(said, str):
            raise refused(change, "field", f"the {field} is no text")
        if said is not None and len(said) > MAX_TEXT_CHARACTERS:
            raise refused(change, "too_large", f"the {field} is longer than {MAX_TEXT_CHARACTERS} characters")
    tags = change.data.get("tags", {})
    if not isinstance(tags, Mapping) or not all(isinstance(value, str) for value in tags.values()):
        raise refused(change, "tags", "the tags are no texts by name")
    longest = max((len(text) for tag in tags.items() for text in tag), default=0)
    if len(tags) > MAX_TAGS or longest > MAX_TEXT_CHARACTERS or "" in tags:
        raise refused(change, "tags", f"more than {MAX_TAGS} tags, a long one, or one without a name")


def _check_merged(change: PatternChange) -> None:
    into = change.data.get("into")
    if not isinstance(into, str) or not into:
        raise refused(change, "field", "nothing says which pattern stands for this one from now on")
    if into == change.pattern_id:
        raise refused(change, "itself", "a pattern cannot be merged into itself")


def _check_relations(change: PatternChange) -> None:
    relations = change.data.get("relations")
    if not isinstance(relations, Sequence) or len(relations) > MAX_RELATIONS:
        raise refused(change, "relations", f"the relations are no list of at most {MAX_RELATIONS}")
    if not all(_is_relation(relation, of=change.pattern_id) for relation in relations):
        raise refused(change, "relations", "a relation lacks another pattern, a known kind or a strength from 0 to 1")


def _is_relation(relation: object, *, of: str) -> bool:
    if not isinstance(relation, Mapping):
        return False
    other, strength = relation.get("other_id"), relation.get("strength")
    return (
        isinstance(other, str)
        and other not in {"", of}
        and len(other) <= MAX_NAME_CHARACTERS
        and relation.get("kind") in RELATION_KINDS
        and isinstance(strength, int | float)
        and 0 <= strength <= 1
    )


def _check_verdict(change: PatternChange) -> None:
    if change.data.get("verdict") not in (None, "right", "wrong"):
        raise refused(change, "field", "a verdict is right or wrong")


def _check_judged(change: PatternChange) -> None:
    """Check what somebody said of a match."""
    fault = fault_of_verdict(change.data)
    if fault:
        raise refused(change, "verdict", fault)


def _check_withdrawn(change: PatternChange) -> None:
    of = change.data.get("of")
    if not isinstance(of, str) or not of:
        raise refused(change, "field", "nothing says which verdict is taken back")
