"""Findings as they travel: rounded, bounded, and numbers only."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from grym.domain.analysis import analyse
from grym.domain.findings import Analysis as Findings
from grym.domain.morphology.values import SoundEvent
from grym.domain.pitch.values import Melody, Note, Transcription
from grym.domain.rhythm.pulse import Metre, TempoHypothesis
from grym.domain.signal import Signal
from schemas.music import Analysis, MetreData
from streams.features.writing import MELODY_RATE_HZ, MOST_EVENTS, MOST_HYPOTHESES, facts_of
from tests.unit.grym.domain.laboratory import Laboratory, certain


@pytest.fixture(scope="module")
def findings() -> Findings:
    """Everything about eight seconds of music that begin and end in silence."""
    lab = Laboratory()
    silence = np.zeros(44_100, dtype=np.float32)
    return analyse(lab.signal(np.concatenate([silence, lab.music(seconds=8.0), silence])), full=True)


def with_(findings: Findings, **changes: object) -> Findings:
    """The same findings but for some."""
    return replace(findings, **changes)  # type: ignore[arg-type]  # names and types are those of the fields


def test_everything_travels_and_comes_back(findings: Findings) -> None:
    """What is written can be read again as JSON: NaN and infinity, which it does not know, would come back as null."""
    facts = facts_of(findings, full=True)
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Analysis) == facts


def test_the_core_is_small(findings: Findings) -> None:
    """Without `full` there are no curves, coefficients or values, and a minute stays within a claim check's limit."""
    facts = facts_of(findings, full=False)
    assert certain(facts.loudness).momentary_lufs == ()
    assert certain(facts.loudness).momentary_max_lufs is not None
    assert certain(facts.embedding).values == ()
    assert not any(name.startswith("mfcc_") for name in facts.features)
    assert len(msgspec.json.encode(facts_of(with_(findings, transcription=None, morphology=None), full=False))) < 16_384


def test_silent_moments_are_null(findings: Findings) -> None:
    """JSON knows no infinity: the curve says null where nothing sounds, ten values a second."""
    curve = certain(facts_of(findings, full=True).loudness).momentary_lufs
    assert len(curve) == 97
    assert curve[0] is None
    assert certain(curve[50]) > -60.0


@pytest.mark.parametrize(
    ("metre", "written"),
    [
        (Metre(beats=4, division=2), MetreData(beats=4, unit=4)),
        (Metre(beats=3, division=2), MetreData(beats=3, unit=4)),
        (Metre(beats=2, division=3), MetreData(beats=6, unit=8)),
    ],
)
def test_compound_metres_count_eighths(findings: Findings, metre: Metre, written: MetreData) -> None:
    """Two beats in three parts are 6/8."""
    assert facts_of(with_(findings, metre=metre), full=False).metre == written


def test_tempi_are_scored_against_the_best(findings: Findings) -> None:
    """The best has 1; no more than a few travel."""
    tempi = tuple(TempoHypothesis(tempo_bpm=60.0 + n, periodicity=0.5, score=0.4 / (n + 1)) for n in range(20))
    facts = facts_of(with_(findings, tempo_hypotheses=tempi), full=False)
    assert len(facts.tempo_hypotheses) == MOST_HYPOTHESES
    assert [fact.score for fact in facts.tempo_hypotheses[:2]] == [1.0, 0.5]
    assert facts_of(with_(findings, tempo_hypotheses=()), full=False).tempo_hypotheses == ()


@pytest.mark.parametrize("rate_hz", [20.0, 50.0, 100.0, 172.0])
def test_melodies_are_thinned_to_fifty_values_a_second(findings: Findings, rate_hz: float) -> None:
    """Slower curves travel as they are; instants stay where they were."""
    times = (np.arange(400) / rate_hz).astype(np.float32)
    curve = (200.0 + np.arange(400)).astype(np.float32)
    heard = Transcription(
        notes=(Note(start_s=0.0, end_s=1.0, pitch=60, velocity=64, confidence=0.5),),
        polyphonic=False,
        melody=Melody(times_s=times, f0_hz=curve, voiced=np.ones(400, dtype=np.float32)),
    )
    facts = facts_of(with_(findings, transcription=heard), full=True)
    melody = certain(facts.melody)
    assert 1.0 / melody.step_s <= MELODY_RATE_HZ + 1e-6
    assert melody.f0_hz[7] == pytest.approx(np.interp(melody.start_s + 7 * melody.step_s, times, curve), abs=0.05)
    assert facts.transcription == "mono"
    assert facts.notes[0].midi_pitch == 60


def test_events_are_counted_and_the_first_listed(findings: Findings) -> None:
    """A list of ten thousand is cut; its number is not."""
    shapes = certain(findings.morphology)
    (event, *_) = shapes.events
    assert isinstance(event, SoundEvent)
    many = replace(shapes, events=(event,) * 10_000)
    facts = certain(facts_of(with_(findings, morphology=many), full=True).morphology)
    assert (facts.event_count, len(facts.events)) == (10_000, MOST_EVENTS)
    assert facts.shapes[event.shape] == 1.0


def test_silence_is_written_as_nothing() -> None:
    """Nulls and empty lists, no zeros that look like measurements."""
    silence = Signal(samples=np.zeros((1, 3 * 44_100), dtype=np.float32), sample_rate_hz=44_100)
    facts = facts_of(analyse(silence, full=True), full=True)
    for absent in (facts.key, facts.tempo_bpm, facts.loudness_lufs, facts.metre, facts.shares):
        assert absent is None
    for empty in (facts.notes, facts.keys, facts.tempo_hypotheses):
        assert empty == ()
    assert certain(facts.dynamics).crest_factor_db is None
    assert certain(facts.morphology).matter is None
