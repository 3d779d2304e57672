"""Sections in other keys."""

from collections.abc import Callable
from dataclasses import replace

from grym.domain.composing.compose import compose
from grym.domain.composing.form import Passage, passages
from grym.domain.composing.keys import in_keys, key_of
from grym.domain.composing.plan import Plan, SectionPlan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import scale_of

C_MAJOR = Tonality(tonic=0, mode="major")


def _keys(plan: Plan, names: str, *, style: str = "classical", seed: int = 0) -> tuple[Passage, ...]:
    sections = tuple(SectionPlan(name=name, bars=8, intensity=0.5) for name in names.split())
    return in_keys(passages(sections), plan, STYLES[style], identity="test", seed=seed)


def test_degrees_name_keys() -> None:
    """The sixth degree of C major is A minor, the third of A minor C major."""
    assert key_of("vi", C_MAJOR) == Tonality(tonic=9, mode="minor")
    assert key_of("III", Tonality(tonic=9, mode="minor")) == C_MAJOR


def test_middle_sections_go_to_related_keys_and_come_back(planned: Callable[..., Plan]) -> None:
    """B is often in a key that shares six tones or all, A never leaves home, and the way back is its dominant."""
    plan = replace(planned("a sonata", metre="4/4"), tonality=C_MAJOR)
    found = [_keys(plan, "A A B A", seed=seed) for seed in range(40)]
    away = [one[2] for one in found if one[2].tonality is not None]
    assert 20 <= len(away) < 40
    assert all(one[at].tonality is None for one in found for at in (0, 1, 3))
    assert all(len(set(scale_of(p.tonality)) & set(scale_of(C_MAJOR))) >= 6 for p in away if p.tonality)
    assert {passage.returns_to for passage in away} == {None, C_MAJOR}


def test_home_prevails(planned: Callable[..., Plan]) -> None:
    """No more than a third of a piece is away; modes, blues and pieces of two sections stay."""
    plan = replace(planned("a sonata"), tonality=C_MAJOR)
    for seed in range(30):
        for names in ("A B A", "A B A C A", "A A B B C C A", "A B A B A"):
            found = _keys(plan, names, seed=seed)
            away = sum(passage.bars for passage in found if passage.tonality is not None)
            assert away * 3 <= sum(passage.bars for passage in found)
        assert all(p.tonality is None for p in _keys(plan, "A B", seed=seed))
        assert all(p.tonality is None for p in _keys(plan, "A A B A", style="blues", seed=seed))
        dorian = replace(plan, tonality=Tonality(tonic=2, mode="dorian"))
        assert all(p.tonality is None for p in _keys(dorian, "A A B A", seed=seed))


def test_a_section_sounds_in_its_key(planned: Callable[..., Plan]) -> None:
    """A middle section in the dominant has its leading tone in the melody's scale, and its chords end on V of home."""
    plan = replace(planned("a sonata in C major", metre="4/4", seconds=64.0), tonality=C_MAJOR)
    sections = tuple(SectionPlan(name=name, bars=8, intensity=0.5) for name in "AABA")
    plan = replace(plan, sections=sections)
    for seed in range(60):
        identity = "|".join((plan.title, plan.style, plan.mood, str(plan.metre), str(plan.tonality)))
        middle = in_keys(passages(sections), plan, STYLES[plan.style], identity=identity, seed=seed)[2]
        if middle.tonality == Tonality(tonic=7, mode="major") and middle.returns_to is not None:
            score = compose(plan, seed=seed)
            spans = [chord for chord in score.chords if 16 * 1920 <= chord.start_ticks < 24 * 1920]
            assert spans[-1].pitch_classes[0] == 7
            assert any(chord.pitch_classes[0] == 2 and 6 in chord.pitch_classes for chord in spans)
            return
    raise AssertionError
