"""Keeping pieces: once each, copies counted, kin told."""

import numpy as np
import pytest

from grym.ports.effects import RecordPatterns
from schemas.body import ArtifactRef, MotifData
from schemas.commands import ChangePatterns, RememberPatterns
from schemas.events import (
    FeedbackGiven,
    PatternCorrected,
    PatternReinforced,
    PatternsRelated,
    PatternsRemembered,
    PatternStored,
)
from streams.processor import envelopes_of
from tests.unit.streams.patterns.world import MOTIF, RATE_HZ, Memory, noisy, tune


async def test_a_piece_leaves_its_recording_and_motifs(memory: Memory) -> None:
    """Both are kept, with where they came from; the log gets a copy of each fact."""
    *facts, remembered = await memory.keep(tune(1))
    kept = {pattern.kind: pattern for pattern in await memory.all()}
    assert set(kept) == {"recording", "motif"}
    assert {pattern.origin.request_id for pattern in kept.values()} == {"r1"}
    assert kept["recording"].origin.extractor == "imprint/1"
    assert kept["recording"].duration_s == pytest.approx(10.0, abs=0.1)
    assert {fact.pattern_id for fact in facts if isinstance(fact, PatternStored)} == set(remembered.pattern_ids)
    assert remembered.pattern_ids == remembered.new == (kept["recording"].pattern_id, kept["motif"].pattern_id)


async def test_the_ideas_of_a_piece_are_told_apart(memory: Memory) -> None:
    """Several ideas are numbered, and can be asked for by name."""
    other = MotifData(intervals=(5, -5), durations_beats=(1.0, 1.0, 2.0))
    await memory.take(RememberPatterns(motifs=(MOTIF, other), name="Nocturne"))
    assert [facts.name for facts in await memory.all()] == ["Nocturne, idea 1", "Nocturne, idea 2"]


async def test_the_facts_of_the_log_lead_to_the_journal(memory: Memory) -> None:
    """Each fact has the id of its event in the journal, and the key of its collection."""
    envelope = memory.event(RememberPatterns(motifs=(MOTIF,), name="n", collection="c"))
    decision = await memory.decide(envelope)
    [effect] = decision.effects
    assert isinstance(effect, RecordPatterns)
    facts = [(wrapped, key) for wrapped, key in envelopes_of("patterns", envelope, decision.outputs) if key == "c"]
    assert [wrapped.id for wrapped, _ in facts] == [change.event_id for change in effect.changes]


async def test_the_same_content_is_remembered_once(memory: Memory) -> None:
    """Learning it again counts it; nothing is new."""
    first = await memory.learn(tune(1))
    again = await memory.learn(tune(1))
    assert [one.new for one in (*first.learned, *again.learned)] == [True, False]
    assert first.pattern_ids == again.pattern_ids
    assert again.new == ()
    [facts] = await memory.all()
    assert facts.count == 2


async def test_another_name_for_the_same_content_is_an_alias(memory: Memory) -> None:
    """What somebody corrected stays, however the file is called that is learned again; tags and category are added."""
    await memory.learn(tune(1), name="old")
    for _ in range(2):
        answer = await memory.learn(tune(1), name="new", tags={"year": "1717"}, category="melodic")
    [facts] = await memory.all()
    assert answer.learned[0].name == facts.name == "old"
    assert facts.tags == {"year": "1717", "alias": "new"}
    assert facts.category == "melodic"
    assert facts.count == 3


async def test_a_composed_piece_renames_nothing(memory: Memory) -> None:
    """What is kept only because it was composed leaves the name that somebody gave."""
    await memory.learn(tune(1), name="mine")
    await memory.keep(tune(1), name="Nocturne in D minor")
    assert [facts.name for facts in await memory.all(kind="recording")] == ["mine"]


async def test_a_copy_reinforces_what_it_is_a_copy_of(memory: Memory) -> None:
    """Another take of nearly the whole recording is no pattern of its own; its name becomes an alias."""
    await memory.learn(tune(1), name="first")
    for number, seed in enumerate((2, 3)):
        command = RememberPatterns(imprint=await memory.sound(noisy(tune(1), seed=seed)), name=f"copy{number}")
        told = await memory.take(command)
        assert [type(fact) for fact in told] == [PatternReinforced, PatternCorrected, PatternsRemembered]
        assert [(one.name, one.new) for one in told[-1].learned] == [("first", False)]
    [facts] = await memory.all()
    assert facts.count == 3
    assert dict(facts.tags) == {"alias": "copy0 · copy1"}


async def test_a_part_is_a_pattern_of_its_own(memory: Memory) -> None:
    """It is related to its whole, whichever came first."""
    whole = await memory.learn(tune(1), name="whole")
    part = await memory.learn(noisy(tune(1)[2 * RATE_HZ : 7 * RATE_HZ]), name="part")
    facts = {one.name: one for one in await memory.all()}
    assert [(r.other_id, r.kind) for r in facts["whole"].relations] == [(part.pattern_ids[0], "contains")]
    assert [(r.other_id, r.kind) for r in facts["part"].relations] == [(whole.pattern_ids[0], "similar")]


async def test_what_goes_on_where_another_ends_is_sequential(memory: Memory) -> None:
    """Two cuts of one recording that overlap by some seconds follow each other."""
    await memory.learn(tune(1)[: 6 * RATE_HZ], name="first")
    facts = await memory.take(RememberPatterns(imprint=await memory.sound(tune(1)[3 * RATE_HZ :]), name="second"))
    related = [fact for fact in facts if isinstance(fact, PatternsRelated)]
    assert {relation.kind for fact in related for relation in fact.relations} == {"sequential"}
    assert len(related) == 2


async def test_strangers_are_not_related(memory: Memory) -> None:
    """No relation is made up."""
    for seed in range(3):
        await memory.learn(tune(seed), name=str(seed))
    assert [facts.relations for facts in await memory.all()] == [(), (), ()]


@pytest.mark.parametrize("samples", [np.zeros(3 * RATE_HZ), tune(1)[: RATE_HZ // 4]], ids=["silent", "short"])
async def test_nothing_is_learned_of_nothing(memory: Memory, samples: np.ndarray) -> None:
    """Silence and a mere note are refused with their reason, and leave nothing behind."""
    answer = await memory.learn(np.asarray(samples, dtype=np.float32))
    assert answer.fault is not None
    assert answer.fault.code == "pattern.nothing"
    assert await memory.backend.book.head() == 0


async def test_a_piece_without_sound_leaves_its_motifs_alone(memory: Memory) -> None:
    """As does one whose sound leaves nothing, since nobody asked for it."""
    [*_, silent] = await memory.keep(np.zeros(3 * RATE_HZ, dtype=np.float32))
    assert silent.fault is None
    assert [facts.kind for facts in await memory.all()] == ["motif"]


async def test_a_damaged_imprint_is_refused(memory: Memory) -> None:
    """What was asked for and cannot be read is told, not retried."""
    ref: ArtifactRef = await memory.artifacts.put(b"no imprint", media_type="application/x-grym-imprint")
    [answer] = await memory.take(RememberPatterns(imprint=ref, asked=True))
    assert answer.fault.code == "imprint.damaged"


async def test_what_was_forgotten_can_be_learned_again(memory: Memory) -> None:
    """It is new then, under the id of its content."""
    first = await memory.learn(tune(1))
    await memory.take(ChangePatterns(action="forget", pattern_id=first.pattern_ids[0]))
    again = await memory.learn(tune(1))
    assert again.new == first.pattern_ids
    [facts] = await memory.all()
    assert facts.count == 1


async def test_what_was_merged_is_heard_as_the_one_that_stands_for_it(memory: Memory) -> None:
    """Its own content still leads there."""
    one, two = await memory.learn(tune(1), name="one"), await memory.learn(tune(2), name="two")
    await memory.take(ChangePatterns(action="merge", pattern_id=one.pattern_ids[0], into_id=two.pattern_ids[0]))
    again = await memory.learn(tune(1), name="two")
    assert [(learned.pattern_id, learned.new) for learned in again.learned] == [(two.pattern_ids[0], False)]


async def test_what_a_piece_was_built_on_is_counted(memory: Memory) -> None:
    """As heard once more; what was forgotten or never known is passed over."""
    await memory.keep(name="theme")
    [theme] = await memory.all()
    await memory.take(RememberPatterns(name="variation", used=(theme.pattern_id, "nobody")), subject="r2")
    assert [facts.count for facts in await memory.all()] == [2]
    await memory.take(ChangePatterns(action="forget", pattern_id=theme.pattern_id))
    head = await memory.backend.book.head()
    await memory.take(RememberPatterns(name="variation", used=(theme.pattern_id,)), subject="r3")
    assert await memory.backend.book.head() == head


async def test_liked_pieces_become_favourites_once(memory: Memory) -> None:
    """Five stars make a favourite of each motif; the same opinion again makes no other."""
    await memory.keep()
    for _ in range(2):
        await memory.take(FeedbackGiven(user="ann", stars=5))
    [favourite] = await memory.all(kind="favourite")
    assert dict(favourite.tags) == {"style": "nocturne", "mode": "minor", "user": "ann"}


@pytest.mark.parametrize("given", [FeedbackGiven(user="ann", stars=3), FeedbackGiven(user="ann", preferred_over="x")])
async def test_lukewarm_opinions_keep_nothing(memory: Memory, given: FeedbackGiven) -> None:
    """Four stars make a favourite; less does not."""
    await memory.keep()
    assert await memory.take(given) == []
    assert await memory.all(kind="favourite") == []


async def test_liking_an_unknown_piece_changes_nothing(memory: Memory) -> None:
    """There is nothing to keep of a piece that was never remembered."""
    assert await memory.take(FeedbackGiven(user="ann", stars=5), subject="unknown") == []
    assert await memory.backend.book.head() == 0
