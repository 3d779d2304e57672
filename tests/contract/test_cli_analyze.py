"""`grym analyze` keeps the contract: keys, several files, refusals before anything is published."""

import os
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.contract.cli_world import CommandLine

RATE_HZ = 22_050
KEYS = {
    "file",
    "duration_s",
    "sample_rate_hz",
    "channels",
    "tempo_bpm",
    "tempo_confidence",
    "beats_s",
    "downbeats_s",
    "onsets_s",
    "tempo_hypotheses",
    "metre",
    "key",
    "keys",
    "chords",
    "tuning_cents",
    "loudness_lufs",
    "loudness_range_lu",
    "loudness",
    "dynamics",
    "shares",
    "transcription",
    "notes",
    "melody",
    "morphology",
    "true_peak_dbtp",
    "sections",
    "features",
    "embedding",
    "quality",
    "patterns",
}


def clicks(path: Path, *, seconds: float = 8.0, bpm: float = 120.0) -> Path:
    """Write a mono click train."""
    samples = np.zeros(int(seconds * RATE_HZ))
    click = np.sin(2 * np.pi * 1000 * np.arange(400) / RATE_HZ) * np.exp(-np.arange(400) / 60)
    for start in range(0, len(samples) - 400, int(60 / bpm * RATE_HZ)):
        samples[start : start + 400] += 0.8 * click
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def test_a_recording_has_every_key(grym: CommandLine, tmp_path: Path) -> None:
    """A click train of 120 beats a minute is told as such, with every fact of the contract."""
    told = grym("analyze", str(clicks(tmp_path / "clicks.wav")), "--json").ok().told
    assert told.keys() >= KEYS
    assert (told["outcome"], told["sample_rate_hz"], told["channels"]) == ("completed", RATE_HZ, 1)
    assert told["duration_s"] == pytest.approx(8.0, abs=0.01)
    assert told["tempo_bpm"] == pytest.approx(120.0, rel=0.01)
    assert set(told["embedding"]) >= {"name", "dim", "pretrained"}
    assert set(told["quality"]) == {"passed", "profile", "checks"}
    assert told["quality"]["profile"] == "recording"


def test_everything_has_notes_shapes_curves_and_a_midi_file(grym: CommandLine, tmp_path: Path) -> None:
    """`--full` fills what the core leaves empty, and `--midi` writes the notes."""
    file = str(clicks(tmp_path / "clicks.wav"))
    told = grym("analyze", file, "--full", "--no-recognise", "--midi", str(tmp_path / "a.mid"), "--json").ok().told
    assert told["transcription"] in {"mono", "poly"}
    assert told["morphology"]["event_count"] == pytest.approx(16, abs=2)
    assert len(told["loudness"]["momentary_lufs"]) == pytest.approx(77, abs=1)
    assert told["embedding"]["values"]
    assert Path(told["midi"]).read_bytes().startswith(b"MThd")


def test_a_transcription_needs_everything(grym: CommandLine, tmp_path: Path) -> None:
    """`--midi` without `--full`, or into a folder that is not there, is refused before anything is published."""
    file = str(clicks(tmp_path / "clicks.wav"))
    for words in (("--midi", str(tmp_path / "a.mid")), ("--full", "--midi", str(tmp_path / "no" / "a.mid"))):
        error = grym("analyze", file, *words, "--json").ok(2).told["error"]
        assert error["code"] == "request.midi"
        assert error["hint"]


def test_several_files_are_results(grym: CommandLine, tmp_path: Path) -> None:
    """Two files give two results in the order named, and a picture each."""
    files = [str(clicks(tmp_path / f"{bpm}.wav", bpm=bpm)) for bpm in (100, 140)]
    told = grym("analyze", *files, "--no-recognise", "--plot", str(tmp_path / "p.png"), "--json").ok().told
    assert [result["file"] for result in told["results"]] == files
    assert [round(result["tempo_bpm"]) for result in told["results"]] == [100, 140]
    assert {path.name for path in tmp_path.glob("*.png")} == {"p-1.png", "p-2.png"}


def test_a_piece_of_ours_is_recognised(grym: CommandLine) -> None:
    """A piece that pattern memory has kept is found again, with a name and a reason."""
    matches = grym("analyze", grym.piece["audio"], "--json").ok().told["patterns"]
    assert matches[0]["name"] == grym.piece["plan"]["title"]
    assert 0 < matches[0]["confidence"] <= 1


def test_people_see_a_panel(grym: CommandLine, tmp_path: Path) -> None:
    """Without `--json` tempo and checks are drawn."""
    answer = grym("analyze", str(clicks(tmp_path / "clicks.wav"))).ok()
    assert "120" in answer.out
    assert "LUFS" in answer.out


def _truncated(folder: Path) -> Path:
    whole = clicks(folder / "whole.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    return folder / "cut.wav"


def _not_finite(folder: Path) -> Path:
    samples = np.zeros(RATE_HZ, dtype=np.float32)
    samples[1000] = np.nan
    soundfile.write(folder / "nan.wav", samples, RATE_HZ, subtype="FLOAT")
    return folder / "nan.wav"


def _text(folder: Path) -> Path:
    (folder / "text.wav").write_text("these are words\n" * 100)
    return folder / "text.wav"


def _empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.wav")
    return folder / "pipe.wav"


def _missing(folder: Path) -> Path:
    return folder / "missing.wav"


def _folder(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_truncated, "audio.truncated"),
        (_not_finite, "audio.not_finite"),
        (_text, "audio.not_audio"),
        (_empty, "audio.empty"),
        (_pipe, "audio.not_a_file"),
        (_missing, "audio.not_found"),
        (_folder, "audio.is_folder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_sound_is_refused(grym: CommandLine, tmp_path: Path, make: object, code: str) -> None:
    """Exit 2 with a code and a hint, and no request comes of it."""
    assert callable(make)
    before = grym("ls", "--json").told["requests"]
    error = grym("analyze", str(make(tmp_path)), "--json").ok(2).told["error"]
    assert error["code"] == code
    assert error["hint"]
    assert grym("ls", "--json").told["requests"] == before


def test_a_file_beyond_the_limit_is_refused_and_the_limit_can_be_raised(grym: CommandLine, tmp_path: Path) -> None:
    """The length that is accepted is an option."""
    file = str(clicks(tmp_path / "clicks.wav"))
    error = grym("analyze", file, "--max-seconds", "5", "--json").ok(2).told["error"]
    assert error["code"] == "audio.too_long"
    grym("analyze", file, "--max-seconds", "9", "--no-wait", "--json").ok()


@pytest.mark.parametrize(
    "words",
    [
        ("--max-seconds", "0"),
        ("--max-seconds", "nan"),
        ("--max-seconds", "1e9"),
        ("--embedding", "wav2vec2"),
        ("--plot", "nowhere/at/all.png"),
        ("--deadline-s", "-1"),
    ],
    ids=" ".join,
)
def test_bad_options_are_refused(grym: CommandLine, tmp_path: Path, words: tuple[str, ...]) -> None:
    """An option that makes no sense is exit 2 with a hint."""
    error = grym("analyze", str(clicks(tmp_path / "clicks.wav")), *words, "--json").ok(2).told["error"]
    assert error["hint"]
