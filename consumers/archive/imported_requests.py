"""The requests that imports brought, kept as states of their own, so that they can be found and listed.

States of a coordinator would make them requests of this grym; these are read by clients alone.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from consumers.claims import ClaimDesk
from grym.errors import PermanentError
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.work import StateChange, StateConflictError
from schemas.envelope import Envelope, decode, peek
from schemas.events import RequestCompleted
from schemas.records import Record
from streams.coordinator.imported import IMPORTS, folded, is_telling
from streams.coordinator.run import Run
from streams.processor import instant_of

TRIES = 5
"""Imports that run at once hardly meet at one request."""


class ImportedRequests:
    """Folds events into what is known of their requests; folding an event twice changes nothing."""

    def __init__(self, backend: Backend, artifacts: ArtifactStore) -> None:
        self._backend = backend
        self._claims = ClaimDesk(artifacts)

    async def fold(self, records: Sequence[Record]) -> None:
        """Take in records of any requests, in their order.

        An archive of an import may hold them in another one: they were brought at once, to topics beside each other.
        """
        events: dict[str, list[Envelope]] = defaultdict(list)
        for record in records:
            if is_telling(peek(record.headers, "ce_type")) and (event := await self._read(record)):
                events[event.subject].append(event)
        for told in events.values():
            told.sort(key=instant_of)
        for _ in range(TRIES - 1):
            try:
                return await self._save(events)
            except StateConflictError:
                continue
        return await self._save(events)

    async def _save(self, events: dict[str, list[Envelope]]) -> None:
        stored = await self._backend.states.load_all(IMPORTS, tuple(events)) if events else {}
        changes: list[StateChange] = []
        for key, told in events.items():
            before = stored.get(key)
            run = None if before is None else msgspec.json.decode(before.value, type=Run)
            for event in told:
                run = folded(run, event)
            value, version = msgspec.json.encode(run), 0 if before is None else before.version
            if before is None or value != before.value:
                changes.append(StateChange(processor=IMPORTS, key=key, value=value, expected_version=version))
        if changes:
            async with self._backend.work.begin() as work:
                await work.save_all(changes)

    async def _read(self, record: Record) -> Envelope | None:
        """Return an event; an end whose result is not in the archive is still an end."""
        try:
            return decode(await self._claims.check_out(record))
        except PermanentError:
            if peek(record.headers, "ce_type") != RequestCompleted.TYPE:
                return None
        try:
            return decode(msgspec.structs.replace(record, value=b'{"kind": "compose", "result": {}}'))
        except PermanentError:
            return None
