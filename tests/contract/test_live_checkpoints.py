"""Checkpoints of live streams: they only advance, and only for whoever claimed their partition last."""

import pytest

from grym.adapters.retention import INBOX_HORIZON_S
from grym.errors import InvariantError, LeaseLostError
from grym.ports.backend import Backend
from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES
from schemas.records import TopicPartition
from tests.contract.backends import Kit

HERE, THERE = TopicPartition(AUDIO_FRAMES, 0), TopicPartition(AUDIO_FRAMES, 1)


def checkpoint(
    stream_id: str = "s", position: int = 5, *, source: TopicPartition = HERE, ended: bool = False
) -> Checkpoint:
    """Return a checkpoint whose state tells its position."""
    return Checkpoint(stream_id=stream_id, source=source, position=position, state=b"%d" % position, ended=ended)


async def claimed(backend: Backend, *sources: TopicPartition) -> int:
    """Claim partitions."""
    async with backend.work.begin() as work:
        return await work.claim_sources(sources)


async def keep(backend: Backend, epoch: int, *checkpoints: Checkpoint) -> None:
    """Save checkpoints in one transaction."""
    async with backend.work.begin() as work:
        await work.keep_checkpoints(epoch, checkpoints)


async def test_what_is_kept_is_found_by_partition_and_by_name(kit: Kit) -> None:
    """Ended streams are found by name only."""
    epoch = await claimed(kit.backend, HERE, THERE)
    mine, other, over = checkpoint("a"), checkpoint("b", source=THERE), checkpoint("c", ended=True)
    await keep(kit.backend, epoch, mine, other, over)
    assert await kit.backend.live.open_in([HERE]) == [mine]
    assert await kit.backend.live.open_in([HERE, THERE]) == [mine, other]
    assert await kit.backend.live.find(["a", "c", "d"]) == {"a": mine, "c": over}
    assert await kit.backend.live.open_in([]) == []


async def test_checkpoints_only_advance(kit: Kit) -> None:
    """An older one, and one of a stream that has ended, changes nothing and is no error."""
    epoch = await claimed(kit.backend, HERE)
    await keep(kit.backend, epoch, checkpoint(position=5))
    await keep(kit.backend, epoch, checkpoint(position=4))
    assert await kit.backend.live.find(["s"]) == {"s": checkpoint(position=5)}
    await keep(kit.backend, epoch, checkpoint(position=6, ended=True))
    await keep(kit.backend, epoch, checkpoint(position=7))
    assert await kit.backend.live.find(["s"]) == {"s": checkpoint(position=6, ended=True)}


async def test_a_stream_has_one_checkpoint_in_a_save(kit: Kit) -> None:
    """Two are refused by name whatever their order, nothing of that save is kept, and the next one is taken."""
    epoch = await claimed(kit.backend, HERE)
    twice = (checkpoint(position=5), checkpoint(position=6, ended=True))
    for pair in (twice, twice[::-1]):
        with pytest.raises(InvariantError) as refused:
            await keep(kit.backend, epoch, checkpoint("other"), *pair)
        assert refused.value.code == "live.twice"
    assert await kit.backend.live.find(["s", "other"]) == {}
    await keep(kit.backend, epoch, twice[1])
    assert await kit.backend.live.find(["s"]) == {"s": twice[1]}


async def test_an_earlier_holder_saves_nothing(kit: Kit) -> None:
    """A claim shuts out the one before it, for its own partitions only."""
    before = await claimed(kit.backend, HERE, THERE)
    after = await claimed(kit.backend, HERE)
    assert after != before
    with pytest.raises(LeaseLostError, match="claimed"):
        await keep(kit.backend, before, checkpoint("a"), checkpoint("b", source=THERE))
    await keep(kit.backend, before, checkpoint("b", source=THERE))
    await keep(kit.backend, after, checkpoint("a"))
    assert [found.stream_id for found in await kit.backend.live.open_in([HERE, THERE])] == ["a", "b"]


async def test_nothing_is_saved_where_nobody_claimed(kit: Kit) -> None:
    """An epoch alone is no right."""
    with pytest.raises(LeaseLostError):
        await keep(kit.backend, 1, checkpoint())


async def test_a_claim_comes_between_no_save_and_its_commit(kit: Kit) -> None:
    """Whoever saves while somebody claims is either committed before it, or refused."""
    other = await kit.again()
    epoch = await claimed(kit.backend, HERE)
    await keep(kit.backend, epoch, checkpoint(position=1))
    await claimed(other, HERE)
    with pytest.raises(LeaseLostError):
        await keep(kit.backend, epoch, checkpoint(position=2))
    assert (await other.live.find(["s"]))["s"].position == 1


async def test_ended_streams_are_remembered_as_long_as_their_frames_may_come_again(kit: Kit) -> None:
    """Housekeeping removes them after that, and never one that goes on."""
    epoch = await claimed(kit.backend, HERE)
    await keep(kit.backend, epoch, checkpoint("a"), checkpoint("b", ended=True))
    assert (await kit.backend.housekeeping.sweep(limit=100))["live_streams"] == 0
    await kit.pass_time(INBOX_HORIZON_S + 60)
    assert (await kit.backend.housekeeping.sweep(limit=100))["live_streams"] == 1
    assert set(await kit.backend.live.find(["a", "b"])) == {"a"}
