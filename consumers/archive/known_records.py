"""Whether a log has a record already, by the name it goes under and by the history of its request."""

import hashlib
from collections import OrderedDict
from typing import Literal

from grym.ports.log import EventHistory
from schemas.envelope import peek, peek_count
from schemas.imported import is_imported
from schemas.records import Record

KEPT_HISTORIES = 256
"""Requests of which the names are remembered; events of one request come close to each other."""

Place = Literal["nowhere", "history", "live"]
Name = tuple[str, str, str, int]


class KnownRecords:
    """Looks records up, request by request."""

    def __init__(self, history: EventHistory) -> None:
        self._history = history
        self._kept: OrderedDict[str, dict[Name, Place]] = OrderedDict()

    async def look(self, record: Record, *, live: bool) -> Place:
        """Return how the log has a record, and take it for known from now on.

        Parameters
        ----------
        live
            Whether it is about to be published as work.
        """
        names = await self._of_request(_correlation_of(record))
        name = name_of(record)
        before = names.get(name, "nowhere")
        names[name] = "live" if live or before == "live" else "history"
        return before

    async def _of_request(self, correlation_id: str) -> dict[Name, Place]:
        known = self._kept.get(correlation_id)
        if known is None:
            known = self._kept[correlation_id] = {}
            for record in await self._history.of_request(correlation_id):
                if not is_imported(record.headers):
                    known[name_of(record)] = "live"
                else:
                    known.setdefault(name_of(record), "history")
            if len(self._kept) > KEPT_HISTORIES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(correlation_id)
        return known


def name_of(record: Record) -> Name:
    """Return what tells a record from all others of its request.

    A body is no part of it, so that one that was erased is not brought back; it stands in where there is no id.
    """
    event_id = peek(record.headers, "ce_id")
    if not event_id:
        return record.topic, "", hashlib.sha256((record.key or b"") + b"\0" + (record.value or b"")).hexdigest(), 1
    return record.topic, peek(record.headers, "ce_source"), event_id, peek_count(record.headers, "ce_runno", default=1)


def _correlation_of(record: Record) -> str:
    """Return the correlation id that a log finds a record by."""
    named = peek(record.headers, "ce_correlationid") or peek(record.headers, "ce_subject")
    return named or (record.key or b"").decode(errors="replace") or peek(record.headers, "ce_id")
