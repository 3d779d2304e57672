"""The inbox: one row per delivery that had its effect, claimed for many deliveries in one statement.

Rows are inserted in the order of their names, so two transactions that claim the same deliveries queue for the first of
them and do not embrace.
"""

from collections import Counter
from collections.abc import Sequence

from grym.adapters.placement import digest_of
from grym.adapters.postgres.desks import Rows
from grym.ports.work import Admission, InboxEntry

_ADMIT = """
insert into inbox (name, digest)
select name, digest from unnest($1::bytea[], $2::bytea[]) as g (name, digest) order by name
on conflict (name) do nothing returning name"""

_KNOWN = "select name, digest from inbox where name = any($1::bytea[])"

_COUNT_DIFFERENCES = """
with held as (
    select i.name, g.more from inbox i join unnest($1::bytea[], $2::integer[]) as g (name, more) using (name)
    order by i.name for update of i
)
update inbox set differences = differences + held.more from held where inbox.name = held.name"""


def inbox_name(entry: InboxEntry) -> bytes:
    """Return the name of a delivery as an index entry of fixed length."""
    parts = (entry.processor, entry.source, entry.event_id, str(entry.run_no))
    return digest_of(*(part.encode(errors="surrogatepass") for part in parts))


class InboxRows(Rows):
    """Deliveries that had their effect."""

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim the right to have an effect for this delivery; waits for another that is about to claim it."""
        return (await self.admit_all([entry]))[0]

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim for many deliveries, in order."""
        if not entries:
            return []
        named = [(inbox_name(entry), entry) for entry in entries]
        first = dict(reversed([(name, entry.digest) for name, entry in named]))
        new = {row["name"] for row in await self._connection.fetch(_ADMIT, list(first), list(first.values()))}
        known = first if len(new) == len(first) else first | await self._digests(first.keys() - new)
        differing: Counter[bytes] = Counter()
        admissions = []
        for name, entry in named:
            if name in new:
                new.remove(name)
                admissions.append(Admission.NEW)
            else:
                admissions.append(_judge(entry, known[name]))
                differing[name] += admissions[-1] is Admission.DUPLICATE and known[name] != entry.digest
        await self._count(+differing)
        return admissions

    async def _digests(self, names: set[bytes]) -> dict[bytes, bytes]:
        return {row["name"]: row["digest"] for row in await self._connection.fetch(_KNOWN, list(names))}

    async def _count(self, differing: "Counter[bytes]") -> None:
        if differing:
            await self._connection.execute(_COUNT_DIFFERENCES, list(differing), list(differing.values()))


def _judge(entry: InboxEntry, known_digest: bytes) -> Admission:
    return Admission.CONFLICT if entry.external and entry.digest != known_digest else Admission.DUPLICATE
