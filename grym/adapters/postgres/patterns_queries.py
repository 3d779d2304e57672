"""Questions for patterns as SQL: only the conditions that were asked for, so that indexes can answer."""

from typing import Any

import msgspec

from grym.adapters.postgres.rows import plain
from grym.domain.patterns.names import collection_name
from grym.ports.patterns import Order, PatternQuery

_ORDERS: dict[Order, str] = {
    "newest": "first_seq desc",
    "oldest": "first_seq",
    "name": 'name collate "C"',
    "count": "heard desc",
    "duration": "duration_s desc",
}


def conditions_of(query: PatternQuery) -> tuple[str, list[Any]]:
    """Return what follows ``where``, and its arguments."""
    arguments: list[Any] = []

    def given(value: Any) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    conditions = ["true"]
    if query.live:
        conditions.append("merged_into = '' and not retired")
    if query.judged:
        conditions.append("verdicts <> '[]'")
    if query.collection is not None:
        conditions.append(f"collection = {given(collection_name(query.collection))}")
    if query.kind is not None:
        conditions.append(f"kind = {given(query.kind)}")
    if query.category:
        conditions.append(f"category = {given(query.category)}")
    if query.text:
        conditions.append(f"strpos(searched, {given(text_of(query))}) > 0")
    exact = {plain(name): plain(value) for name, value in query.tags.items() if value}
    if exact:
        conditions.append(f"tags @> {given(msgspec.json.encode(exact).decode())}::text::jsonb")
    present = [plain(name) for name, value in query.tags.items() if not value]
    if present:
        conditions.append(f"tags ?& {given(present)}::text[]")
    return " and ".join(conditions), arguments


def order_of(query: PatternQuery) -> str:
    """Return what follows ``order by``."""
    return f'{_ORDERS[query.order]}, pattern_id collate "C"'


def text_of(query: PatternQuery) -> str:
    """Return the text to look for as the table keeps it."""
    return plain(query.text).replace("\n", " ").casefold()
