"""Appending: one statement takes the positions of a whole batch and writes it.

The counter rows stay locked from here to the commit, which follows at once; that is what makes positions visible in
order (promise 12). They are taken in one order, so two writers never wait for each other in a circle.
"""

from collections.abc import Sequence
from typing import Any

from grym.adapters.placement import correlation_of, digest_of, place
from grym.adapters.postgres.rows import pack_headers, plain
from schemas.catalogue import DEAD_LETTERS
from schemas.records import Message, TopicPartition, header

LETTER_ID_HEADER = "grym_letter_id"

_APPEND = """
with given as (
    select * from unnest($1::text[], $2::integer[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[])
    with ordinality as g (topic, partition, key, headers, value, correlation, letter_id, n)
), wanted as (
    select topic, partition, count(*) as amount from given group by topic, partition
), taken as (
    insert into partitions as p (topic, partition, last)
    select topic, partition, amount from wanted order by topic, partition
    on conflict (topic, partition) do update set last = p.last + excluded.last
    returning topic, partition, last
)
insert into events (topic, partition, position, appended_at, key, headers, value, correlation, letter_id)
select g.topic, g.partition,
       taken.last - wanted.amount + row_number() over (partition by g.topic, g.partition order by g.n),
       clock_timestamp(), g.key, g.headers, g.value, g.correlation, g.letter_id
from given g
join wanted on wanted.topic = g.topic and wanted.partition = g.partition
join taken on taken.topic = g.topic and taken.partition = g.partition
order by g.n
"""

Placed = tuple[TopicPartition, Message]


def placed(messages: Sequence[Message]) -> list[Placed]:
    """Check messages against the catalogue and say where each goes."""
    return [(place(message), message) for message in messages]


async def append(connection: Any, messages: Sequence[Placed]) -> None:
    """Write messages, in order, as the last thing before the commit."""
    if not messages:
        return
    await connection.execute(
        _APPEND,
        [source.topic for source, _ in messages],
        [source.partition for source, _ in messages],
        [message.key for _, message in messages],
        [pack_headers(message.headers) for _, message in messages],
        [message.value for _, message in messages],
        [digest_of(correlation_of(message)) for _, message in messages],
        [letter_id_of(message) for _, message in messages],
    )


def letter_id_of(message: Message) -> str | None:
    """Return which dead letter a message is; None where it is none."""
    if message.topic != DEAD_LETTERS:
        return None
    named = header(message.headers, LETTER_ID_HEADER)
    return None if named is None else plain(named.decode(errors="replace"))
