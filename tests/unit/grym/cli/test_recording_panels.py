"""What a musician reads of an analysed recording."""

import io
from typing import Any

import pytest
from rich.console import Console

from grym.cli.recording_panels import clock, recording_panel
from grym.cli.results import ANALYSIS_KEYS
from grym.domain.harmony.progressions import progression

CHECK = {"name": "loudness", "value": -14.0, "required": "-15 to -13", "unit": "LUFS", "passed": True, "advice": ""}
FAILED = {"name": "clipping", "value": None, "required": "0", "unit": "", "passed": False, "advice": "turn it down"}


def chord(start_s: float, name: str, root: int | None) -> dict[str, Any]:
    """A chord of two seconds."""
    return {"start_s": start_s, "end_s": start_s + 2.0, "name": name, "root": root, "quality": "maj", "confidence": 0.8}


def song(**more: Any) -> dict[str, Any]:
    """What a full analysis of two minutes might say."""
    loop = [("C", 0), ("G", 7), ("Am", 9), ("F", 5)]
    return {
        "request_id": "r1",
        "outcome": "completed",
        "file": "song.wav",
        "duration_s": 120.0,
        "sample_rate_hz": 44_100,
        "channels": 2,
        "tempo_bpm": 120.0,
        "tempo_confidence": 0.5,
        "tempo_hypotheses": [
            {"tempo_bpm": 121.0, "score": 1.0},
            {"tempo_bpm": 60.0, "score": 0.8},
            {"tempo_bpm": 80.0, "score": 0.2},
        ],
        "beats_s": [0.5 * n for n in range(240)],
        "downbeats_s": [2.0 * n for n in range(60)],
        "metre": {"beats": 4, "unit": 4},
        "onsets_s": [0.5],
        "key": {"tonic": "C", "mode": "major", "confidence": 0.9},
        "keys": [
            {"start_s": 0.0, "end_s": 62.0, "tonic": "C", "mode": "major", "confidence": 0.9},
            {"start_s": 62.0, "end_s": 120.0, "tonic": "G", "mode": "major", "confidence": 0.7},
        ],
        "tuning_cents": 8.0,
        "chords": [chord(2.0 * n, *loop[n % 4]) for n in range(30)] + [chord(60.0, "N", None), chord(62.0, "D", 2)],
        "loudness_lufs": -14.2,
        "loudness_range_lu": 6.1,
        "loudness": {"short_term_max_lufs": -11.0},
        "true_peak_dbtp": -1.0,
        "dynamics": {"crest_factor_db": 14.5},
        "shares": {"harmonic": 0.6, "percussive": 0.3, "residual": 0.1},
        "sections": [
            {"start_s": 0.0, "end_s": 60.0, "label": "A"},
            {"start_s": 60.0, "end_s": 120.0, "label": "B"},
        ],
        "transcription": "poly",
        "notes": [{"midi_pitch": 60}, {"midi_pitch": 81}],
        "morphology": {"matter": {"note": 0.7, "node": 0.1, "noise": 0.2}, "event_count": 3},
        "midi": "song.mid",
        "quality": {"checks": [CHECK, FAILED]},
        "patterns": [{"pattern_id": "p1", "name": "Evening Song", "confidence": 0.97, "offset_s": 3.0, "why": "x"}],
        **more,
    }


def drawn(result: dict[str, Any], *, width: int = 160) -> str:
    """The panel as text."""
    console = Console(file=io.StringIO(), width=width)
    console.print(recording_panel(result))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "song.wav",
        "stereo",
        "120.0 bpm (confidence 0.50; or 60.0)",
        "4/4, 240 beats, 60 bars",
        "C major (confidence 0.90): C major 0:00 → G major 1:02, a = 442 Hz",
        "A: C G Am F ×7",
        "B: D",
        "2, C4 to A5, heard as several voices",
        "-14.2 LUFS, range 6.1 LU, loudest 3 s -11.0 LUFS",
        "-1.0 dBTP, crest factor 14.5 dB",
        "60 % lasts, 30 % strikes, 10 % does neither",
        "70 % note, 10 % node, 20 % noise; 3 sound events",
        "A 0:00–1:00, B 1:00–2:00",
        "song.mid",
        "turn it down",
        "0.97",
        "3.0 s",
    ],
)
def test_a_full_analysis_in_a_few_lines(words: str) -> None:
    """Tempo with rivals, metre, key with modulations, chords condensed, loudness, form, checks, matches."""
    assert words in drawn(song())


def test_short_sounds_count_in_seconds() -> None:
    """Below a hundred seconds nobody says minutes."""
    sections = [{"start_s": 0.0, "end_s": 20.0, "label": "A"}, {"start_s": 20.0, "end_s": 40.0, "label": "B"}]
    assert "A 0–20 s, B 20–40 s" in drawn(song(duration_s=40.0, sections=sections))
    assert clock(119.7, {"duration_s": 300.0}) == "2:00"
    assert clock(19.7, {"duration_s": 30.0}) == "20 s"


def test_silence_has_no_tempo_key_or_loudness() -> None:
    """What was not found is said to be not found, also by results that hold no more than their contract."""
    nothing = {**ANALYSIS_KEYS, "quality": {"checks": []}, "duration_s": 1.0, "sample_rate_hz": 8_000, "channels": 1}
    text = drawn({"request_id": "r1", "outcome": "completed", "file": "silence.wav", **nothing})
    assert text.count("none found") == 2
    assert text.count("silent") == 2
    assert "chords" not in text


def test_results_of_earlier_versions_are_shown() -> None:
    """Keys that came later are missing from what the log holds of before."""
    old = {
        name: value
        for name, value in song().items()
        if name not in {"tempo_hypotheses", "metre", "keys", "chords", "tuning_cents", "loudness", "dynamics", "shares",
                        "transcription", "notes", "morphology", "loudness_range_lu", "midi"}
    }  # fmt: skip
    text = drawn(old)
    assert "240 beats, 60 bars" in text
    assert "-14.2 LUFS" in text


def test_narrow_terminals_lose_nothing() -> None:
    """Lines are folded, not cut."""
    text = "".join(character for character in drawn(song(), width=60) if character not in "│ \n")
    assert "Gmajor1:02" in text


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["C", "G", "Am", "F"] * 4, "C G Am F ×4"),
        (["C", "G", "Am", "F"] * 3 + ["C", "G", "Dm", "F"], "C G Am F ×4"),
        (["C", "C", "F", "F", "C"], "C F C"),
        (list("CDEFGABCDE"), "C D E F G A B C … (10 changes)"),
        ([], ""),
    ],
)
def test_progressions_are_condensed(names: list[str], told: str) -> None:
    """Repeats once, loops once with their number, long ones cut."""
    assert progression(names) == told
