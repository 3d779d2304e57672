"""Copying one store into another, so that it can be checked, repeated and resumed.

Copies keep their times, and a newer version in the target stays: copying twice, or while both are written, is harmless.
Entries go in the order of their addresses within a key; a report says up to which one, and the next run begins there.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from grym.domain.entries.codec import encode
from grym.domain.entries.matching import newer
from grym.ports.clock import Clock
from grym.ports.entries import Address, Entry, EntryError, EntryStore, Query

BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Up to which entry a copy has come; keys first, since that is the order."""

    key: str
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """What a copy did, or a dry run would do.

    Parameters
    ----------
    copied, same, newer
        Entries written, those the target had already, and those it had in a newer version.
    failed
        Key and code of each that the target refused.
    mark
        Where to resume; None where there was nothing.
    source_digest, target_digest
        Over the entries that were to be the same in both; equal when the copy is right. Of the target None in a dry
        run.
    """

    dry_run: bool
    copied: int = 0
    same: int = 0
    newer: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    mark: Mark | None = None
    source_digest: str = ""
    target_digest: str | None = None

    @property
    def verified(self) -> bool:
        """Whether everything arrived, to the byte."""
        return not self.failed and self.source_digest == self.target_digest


async def copy_entries(
    source: EntryStore,
    target: EntryStore,
    *,
    clock: Clock,
    dry_run: bool = False,
    after: Mark | None = None,
    most: int | None = None,
) -> MoveReport:
    """Copy what is alive in one store into another.

    Parameters
    ----------
    dry_run
        Write nothing, but count.
    after
        Begin behind this mark.
    most
        Stop after so many entries; the report's mark says where.
    """
    report = MoveReport(dry_run=dry_run, mark=after)
    ours, theirs = _Digest(), _Digest()
    async for batch in _batches(source, after, most):
        report = await _copy(batch, target, report, (ours, theirs), clock=clock)
    return replace(report, source_digest=ours.text, target_digest=None if dry_run else theirs.text)


async def _copy(
    batch: Sequence[Entry], target: EntryStore, report: MoveReport, digests: "tuple[_Digest, _Digest]", *, clock: Clock
) -> MoveReport:
    counts = {"copied": 0, "same": 0, "newer": 0}
    failed: list[tuple[str, str]] = []
    for entry in batch:
        known = (await target.retrieve(entry.address)).entry
        kind = "newer" if newer(known, entry) else "same" if known == entry else "copied"
        if not entry.alive(clock.now()):
            continue
        try:
            if kind == "copied" and not report.dry_run:
                known = (await target.store(entry)).entry
        except EntryError as error:
            failed.append((entry.key, error.code))
        else:
            counts[kind] += 1
        if kind != "newer":
            digests[0].add(entry)
            if known is not None:
                digests[1].add(replace(known, created_at=entry.created_at))
    last = batch[-1]
    return replace(
        report,
        copied=report.copied + counts["copied"],
        same=report.same + counts["same"],
        newer=report.newer + counts["newer"],
        failed=(*report.failed, *failed),
        mark=Mark(key=last.key, address=last.address),
    )


async def _batches(source: EntryStore, after: Mark | None, most: int | None) -> AsyncIterator[list[Entry]]:
    batch: list[Entry] = []
    count = 0
    async for result in source.search(Query(order_by="key", limit=None)):
        place = (result.entry.key, result.entry.address)
        if after is not None and place <= (after.key, after.address):
            continue
        if most is not None and count >= most:
            break
        count += 1
        batch.append(result.entry)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Digest:
    """A digest of a set of entries, whatever their order."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, entry: Entry) -> None:
        self._sum ^= int.from_bytes(hashlib.sha256(encode(entry)).digest(), "big")

    @property
    def text(self) -> str:
        return f"{self._sum:064x}"
