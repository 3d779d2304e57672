"""Formats of a piece: what is asked for, written, and told."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.cli.exporting import Wanted, delivered, export_piece, facts_of, wanted
from grym.errors import InvalidRequestError

RESULT = {
    "request_id": "r-1",
    "seed": 7,
    "backend": "soundfont",
    "plan": {"title": "Waltz", "style": "waltz", "tempo_bpm": 132.0, "tonality": {"tonic": 2, "mode": "minor"}},
    "provenance": {"soundfont": "FluidR3_GM", "soundfont_licence": "MIT"},
}


def test_each_format_is_wanted_once_and_a_rate_alone_means_wav() -> None:
    """Order is kept; nothing asked is nothing wanted."""
    assert wanted(["flac", "mp3", "flac"], None).formats == ("flac", "mp3")
    assert wanted(None, 48_000) == Wanted(formats=("wav",), sample_rate_hz=48_000)
    assert wanted(None, None).formats == ()


def test_a_wrong_format_is_refused_at_once() -> None:
    """Before anything is composed."""
    with pytest.raises(InvalidRequestError):
        wanted(["flac", "aac"], None)


def test_the_files_say_what_the_piece_is() -> None:
    """Title, tempo, key, seed, request and the licence of the SoundFont."""
    facts = facts_of(RESULT)
    assert facts.title == "Waltz"
    for told in ("132 BPM", "D minor", "seed: 7", "request: r-1", "FluidR3_GM, licence: MIT"):
        assert told in facts.comment


def test_mix_and_stems_are_written_beside_each_other(tmp_path: Path) -> None:
    """A FLAC of the piece and one of each stem, their names and loudness in the result."""
    (tmp_path / "stems").mkdir()
    paths = {"audio": str(tmp_path / "piece.wav"), "stems": [str(tmp_path / "stems" / "violin.wav")]}
    for path in (paths["audio"], *paths["stems"]):
        soundfile.write(path, 0.1 * np.random.default_rng(0).normal(size=(44_100, 2)), 44_100, subtype="PCM_24")
    (told,) = asyncio.run(export_piece(RESULT, delivered(paths), tmp_path, wanted(["flac"], None)))
    assert (told["audio"], told["stems"]) == (str(tmp_path / "piece.flac"), [str(tmp_path / "stems" / "violin.flac")])
    assert soundfile.info(told["audio"]).frames == 44_100
    assert told["loudness_lufs"] < 0


def test_a_piece_without_sound_has_no_exports(tmp_path: Path) -> None:
    """The backend score leaves nothing to write."""
    assert asyncio.run(export_piece(RESULT, delivered({"audio": None}), tmp_path, wanted(["flac"], None))) == []
