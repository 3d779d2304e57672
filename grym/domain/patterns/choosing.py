"""Which patterns a question is after, and in which order: the meaning of `PatternQuery`, in plain values."""

from collections.abc import Callable, Iterable
from typing import Any

from grym.domain.patterns.folding import Standing
from grym.domain.patterns.names import collection_name, plain_text
from grym.domain.patterns.values import Order, PatternFacts, PatternQuery

_ORDERS: dict[Order, Callable[[PatternFacts], Any]] = {
    "newest": lambda facts: -facts.first_seq,
    "oldest": lambda facts: facts.first_seq,
    "name": lambda facts: facts.name,
    "count": lambda facts: -facts.count,
    "duration": lambda facts: -facts.duration_s,
}


def chosen(standings: Iterable[Standing], query: PatternQuery) -> list[PatternFacts]:
    """Return the facts of the patterns asked for: in order, ties in order of id, a page of them."""
    order = _ORDERS[query.order]
    found = sorted(matching(standings, query), key=lambda facts: (order(facts), facts.pattern_id))
    return found[query.offset : query.offset + query.limit]


def matching(standings: Iterable[Standing], query: PatternQuery) -> list[PatternFacts]:
    """Return the facts of all patterns asked for, whatever order, limit and offset."""
    return [standing.facts for standing in standings if _is_wanted(standing, query)]


def _is_wanted(standing: Standing, query: PatternQuery) -> bool:
    facts = standing.facts
    return (
        (standing.is_live or not query.live)
        and (bool(facts.verdicts) or not query.judged)
        and (query.collection is None or facts.collection == collection_name(query.collection))
        and query.kind in {None, facts.kind}
        and plain_text(query.category) in {"", facts.category}
        and _says(facts, plain_text(query.text).replace("\n", " ").casefold())
        and all(_has_tag(facts, plain_text(name), plain_text(value)) for name, value in query.tags.items())
    )


def _says(facts: PatternFacts, text: str) -> bool:
    texts = (facts.name, *facts.tags.values(), facts.category)
    return any(text in said.replace("\n", " ").casefold() for said in texts)


def _has_tag(facts: PatternFacts, name: str, value: str) -> bool:
    return name in facts.tags and value in {"", facts.tags[name]}
