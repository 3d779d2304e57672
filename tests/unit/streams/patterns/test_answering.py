"""Answers of pattern memory: known or not, and motifs for whoever asked or liked."""

import msgspec
import numpy as np
import pytest

from grym.domain.entries.known import session_entry
from grym.domain.recognition.recognising import THRESHOLD
from grym.ports.effects import KeepEntry
from schemas.commands import ChangePatterns, RecallPatterns, RememberPatterns
from schemas.events import FeedbackGiven, PatternsRecalled
from schemas.music import LastPieceData, MetreData, TonalityData
from tests.unit.streams.patterns.world import MOTIF, RATE_HZ, Memory, noisy, tune

LIKED = RecallPatterns(purpose="compose", style="nocturne", mode="minor", user="ann")


def figure(semitones: tuple[int, ...], *, times: int) -> np.ndarray:
    """Return a figure of plucked half-second notes again and again, from A4."""
    times_s = np.arange(RATE_HZ // 2) / RATE_HZ
    notes = [
        0.3
        * np.exp(-2 * times_s)
        * sum(np.sin(2 * np.pi * 440.0 * 2 ** (up / 12) * k * times_s) / k for k in (1, 2, 3))
        for up in semitones * times
    ]
    return np.concatenate(notes).astype(np.float32)


async def ask(memory: Memory, samples: np.ndarray) -> PatternsRecalled:
    """Ask whether a sound is known."""
    question = RecallPatterns(purpose="recognise", imprint=await memory.sound(samples))
    [answer] = await memory.take(question)
    assert isinstance(answer, PatternsRecalled)
    return answer


async def test_a_known_sound_is_recognised_with_its_place(memory: Memory) -> None:
    """A noisy excerpt is found where it was cut, and says why and as of when."""
    await memory.learn(tune(1), name="the one")
    await memory.learn(tune(2), name="another")
    answer = await ask(memory, noisy(tune(1)[3 * RATE_HZ : 8 * RATE_HZ]))
    assert answer.known
    assert answer.closest is None
    assert [match.name for match in answer.matches] == ["the one"]
    assert answer.matches[0].confidence > 0.9
    assert answer.matches[0].offset_s == pytest.approx(3.0, abs=0.1)
    assert answer.matches[0].why
    assert (answer.searched, answer.as_of) == (2, await memory.backend.book.head())


async def test_a_stranger_is_not_known(memory: Memory) -> None:
    """An unrelated sound does not match, nor does silence; what comes closest is named, and nothing to silence."""
    await memory.learn(tune(1), name="the one")
    stranger, silence = [await ask(memory, sound) for sound in (tune(9), np.zeros(3 * RATE_HZ, dtype=np.float32))]
    for answer in (stranger, silence):
        assert not answer.known
        assert answer.matches == ()
        assert answer.searched == 1
    assert stranger.closest is not None
    assert (stranger.closest.name, stranger.closest.confidence < THRESHOLD) == ("the one", True)
    assert silence.closest is None


async def test_asking_changes_nothing(memory: Memory) -> None:
    """A question is no event of memory, however sure its answer."""
    await memory.learn(tune(1))
    before = await memory.backend.book.head()
    assert (await ask(memory, tune(1))).known
    assert await memory.backend.book.head() == before


async def test_a_question_without_a_sound_finds_nothing(memory: Memory) -> None:
    """Such as one of the first design."""
    assert await memory.take(RecallPatterns(purpose="recognise")) == [PatternsRecalled(known=False)]


async def test_unrated_pieces_lend_nothing(memory: Memory) -> None:
    """A seed keeps its meaning as long as nobody has said anything."""
    await memory.keep()
    [answer] = await memory.take(LIKED)
    assert (answer.known, answer.motifs, answer.matches) == (False, (), ())


async def test_a_liked_piece_lends_its_motifs_to_its_listener(memory: Memory) -> None:
    """Only to the user who liked it, in the same style and mode, and with its pattern id and the reason."""
    await memory.keep(name="Nocturne")
    await memory.take(FeedbackGiven(user="ann", stars=5))
    [answer] = await memory.take(LIKED)
    assert [motif.intervals for motif in answer.motifs] == [MOTIF.intervals]
    assert [(match.pattern_id, match.name, match.why) for match in answer.matches] == [
        (answer.motifs[0].pattern_id, "Nocturne", "ann liked it")
    ]
    for other in ({"user": "bob"}, {"style": "waltz"}, {"mode": "major"}, {"style": ""}, {"user": ""}):
        [nothing] = await memory.take(msgspec.structs.replace(LIKED, **other))
        assert nothing.motifs == ()


async def test_motifs_are_lent_by_name(memory: Memory) -> None:
    """To anybody who asks, liked or not, before anybody's favourites."""
    await memory.keep(name="Nocturne")
    [motif] = await memory.all(kind="motif")
    [answer] = await memory.take(msgspec.structs.replace(LIKED, pattern_ids=(motif.pattern_id,), user="bob"))
    assert [lent.pattern_id for lent in answer.motifs] == [motif.pattern_id]
    assert answer.matches[0].why == "asked for"


async def test_recordings_lend_the_ideas_of_their_melody(memory: Memory) -> None:
    """A tune that says one figure again and again lends it, or a part of it: two tones up and a third down."""
    learned = await memory.learn(figure((0, 2, 4, 0), times=8), name="tune")
    [answer] = await memory.take(msgspec.structs.replace(LIKED, pattern_ids=learned.pattern_ids))
    assert answer.motifs
    assert {lent.pattern_id for lent in answer.motifs} == set(learned.pattern_ids)
    assert len(answer.motifs[0].intervals) >= 2
    assert set(answer.motifs[0].intervals) <= {2, -4, 0}


async def test_what_is_not_there_cannot_be_lent(memory: Memory) -> None:
    """An unknown pattern, a forgotten one and one without a melody are refused, each with its reason."""
    await memory.keep()
    [motif] = await memory.all(kind="motif")
    await memory.take(ChangePatterns(action="forget", pattern_id=motif.pattern_id))
    noise = np.random.default_rng(0).normal(0.0, 0.1, 5 * RATE_HZ).astype(np.float32)
    learned = await memory.learn(noise)
    for pattern_id, code in (
        ("nobody", "pattern.unknown"),
        (motif.pattern_id, "pattern.retired"),
        (learned.pattern_ids[0], "pattern.no_motif"),
    ):
        [answer] = await memory.take(msgspec.structs.replace(LIKED, pattern_ids=(pattern_id,)))
        assert answer.fault is not None
        assert answer.fault.code == code


async def test_a_merged_pattern_is_lent_by_the_one_that_stands_for_it(memory: Memory) -> None:
    """Its old id goes on meaning something."""
    await memory.keep()
    other = msgspec.structs.replace(MOTIF, intervals=(1, 1, 1))
    await memory.take(RememberPatterns(motifs=(other,), name="other"), subject="r2")
    one, two = await memory.all(kind="motif")
    await memory.take(ChangePatterns(action="merge", pattern_id=one.pattern_id, into_id=two.pattern_id))
    [answer] = await memory.take(msgspec.structs.replace(LIKED, pattern_ids=(one.pattern_id,)))
    assert [lent.pattern_id for lent in answer.motifs] == [two.pattern_id]


async def test_a_wish_that_refers_back_is_told_the_last_piece(memory: Memory) -> None:
    """From the session of the user and tenant; its style and mode count where none is given."""
    last = LastPieceData(
        request_id="r0",
        title="Nocturne",
        style="nocturne",
        mood="calm",
        tempo_bpm=70.0,
        metre=MetreData(beats=4, unit=4),
        tonality=TonalityData(tonic=2, mode="minor"),
        seconds=30.0,
    )
    at = memory.event(LIKED).logged_at
    entry = session_entry("ann", tenant="acme", last=msgspec.to_builtins(last), at=at)
    async with memory.backend.work.begin() as work:
        await work.apply(KeepEntry(entry=entry))
    await memory.keep()
    await memory.take(FeedbackGiven(user="ann", stars=5))
    back = RecallPatterns(purpose="compose", user="ann", refers_back=True)
    [answer] = await memory.take(back)
    assert answer.last == last
    assert answer.motifs  # those liked in the last piece's style and mode
    [plain] = await memory.take(msgspec.structs.replace(back, refers_back=False))
    assert plain.last is None
    [stranger] = await memory.take(msgspec.structs.replace(back, user="ben"))
    assert stranger.last is None
