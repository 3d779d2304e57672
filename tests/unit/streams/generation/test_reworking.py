"""Pieces made from a source, in worker processes."""

from dataclasses import replace
from pathlib import Path

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.planning import fitted, guided
from grym.domain.composing.reworking.reading import read_score
from grym.domain.composing.reworking.source import Rework, Source, Verb
from grym.domain.composing.reworking.studying import study
from grym.domain.composing.score import Score
from grym.errors import ContractError
from grym.ports.sound import AS_IT_IS, Recorded, Settings
from streams.features.studying import pack
from streams.generation.piece import KEPT_MOTIFS
from streams.generation.reworking import rework


class Engraver:
    """Engraves one page, and performs nothing."""

    def record(self, score: Score, *, backend: str, seed: int, folder: Path, settings: Settings = AS_IT_IS) -> Recorded:
        """Nobody asks for sound here."""
        raise NotImplementedError((score.title, backend, seed, folder, settings))

    def engrave(self, musicxml: str) -> list[str]:
        """Return one page."""
        return [f"<svg><!-- {len(musicxml)} --></svg>"]


@pytest.fixture(scope="module")
def source() -> Source:
    """Return a waltz as a source."""
    score = compose(plan(Wish(prompt="a waltz in G minor, 150 bpm", seconds=12.0), seed=3), seed=3)
    return study(read_score(score_to_midi(score)))


def planned(source: Source, wanted: Rework) -> Plan:
    """Plan a rework."""
    return fitted(plan(guided(Wish(prompt="music"), source.facts, wanted), seed=7), source.facts, wanted)


@pytest.mark.parametrize("verb", ["reference", "continue", "vary", "harmonise", "arrange"])
def test_a_piece_is_written_down_and_says_what_it_took(source: Source, verb: Verb) -> None:
    """Score, MIDI, MusicXML, a page, what is remembered of it, and what of the source is in it."""
    wanted = Rework(verb=verb)
    written = rework(Engraver(), planned(source, wanted), 7, (), pack(source), wanted, "ab" * 32)
    assert written.taken is not None
    assert (written.taken.verb, written.taken.source_sha256) == (verb, "ab" * 32)
    assert written.midi[:4] == b"MThd"
    assert "<score-partwise" in written.musicxml
    assert len(written.pages) == 1
    assert len(written.motifs) <= KEPT_MOTIFS


def test_only_new_music_answers_for_the_rules_of_composing(source: Source) -> None:
    """Nobody promised that a source keeps them; its length is promised all the same."""
    names = {}
    for verb in ("reference", "arrange"):
        wanted = Rework(verb=verb)
        written = rework(Engraver(), planned(source, wanted), 7, (), pack(source), wanted, "")
        names[verb] = {check.name for check in written.checks}
    assert names["arrange"] == {"music.length"}
    assert names["reference"] > names["arrange"]


def test_the_facts_of_the_log_count(source: Source) -> None:
    """A plan was made by them, so the piece says what they say and not what lies packed beside the notes."""
    wanted = Rework(verb="reference")
    told = replace(source.facts, warnings=("as told in the log",))
    written = rework(Engraver(), planned(source, wanted), 7, (), pack(source), wanted, "", told)
    assert written.taken is not None
    assert written.taken.warnings == ("as told in the log",)


def test_a_source_that_cannot_be_read_back_is_refused(source: Source) -> None:
    """Typed, so that the request ends once."""
    wanted = Rework(verb="arrange")
    with pytest.raises(ContractError) as refusal:
        rework(Engraver(), planned(source, wanted), 7, (), b"broken", wanted, "")
    assert refusal.value.code == "score.unreadable"
