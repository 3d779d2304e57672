"""A piece after a real recording: its key, its tempo, drums or none, and a sound nearer to it than without it.

Recordings are those of Debian's music packages, half a minute of each; nothing in grym was fitted to any of them.
Whether drums play is known of Planet Blupi from the MIDI files it was rendered from (planetblupi-music-midi) and of one
piece by measure: a fiftieth of its energy strikes. Other libraries judge: mido reads the tempo that is written, music21
finds the key of the notes, librosa measures the sound.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import librosa
import mido
import numpy as np
import pytest
import soundfile

from tests.acceptance import oracles
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym

CLIP_S, PIECE_S = 30.0, 20.0
BLUPI, ROGUE = Path("/usr/share/planetblupi/music"), Path("/usr/share/hyperrogue/music")
ASC, SINGULARITY = Path("/usr/share/games/asc/music"), Path("/usr/share/games/singularity/music")
SENTENCE = "a piece of music"
TEMPO_TOLERANCE = 0.02
NEAR = 1.0
"""Sum of the distances within which a piece is near whatever else there is: a plain piece may happen to be as near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording, and whether drums play in it; None where nobody knows."""

    path: Path
    drums: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A piece, and what was told of it."""

    folder: Path
    told: dict[str, Any]

    @property
    def tempo_bpm(self) -> float:
        """The tempo that is written, in quarter notes a minute."""
        return 60e6 / oracles.written_tempo_us(mido.MidiFile(self.folder / "piece.mid"))

    @property
    def drums(self) -> bool:
        """Whether anything is written for drums."""
        return any(note.percussion for note in oracles.played_notes(self.folder / "piece.mid"))


def clip_of(recording: Recording, folder: Path) -> Path:
    """Write half a minute from the middle of a recording; skip where its package is not installed."""
    if not recording.path.exists():
        pytest.skip(f"{recording.path.name} is not installed: apt-get install its music package")
    with soundfile.SoundFile(recording.path) as file:
        frames = int(CLIP_S * file.samplerate)
        file.seek(max(0, (file.frames - frames) // 2))
        path = folder / f"{recording.path.stem}.wav".replace(" ", "-")
        soundfile.write(path, file.read(frames), file.samplerate)
    return path


def composed(grym: Grym, folder: Path, *words: str) -> Made:
    """Compose a piece into a folder."""
    told = grym.tell(
        "compose", SENTENCE, "--seconds", f"{PIECE_S:g}", "--seed", "1", "--backend", "synth", "--out", str(folder),
        *words, timeout_s=180,
    )  # fmt: skip
    return Made(folder=folder, told=told)


def sound_of(path: Path) -> dict[str, float]:
    """Return what librosa measures of a sound: octaves of onsets a second, and of brightness; what strikes, 0 to 1."""
    sound, rate_hz = oracles.mono(path, seconds=CLIP_S)
    onsets = librosa.onset.onset_detect(y=sound, sr=rate_hz, units="time")
    lasting, striking = librosa.decompose.hpss(np.abs(librosa.stft(sound)), margin=2.0)
    centroid_hz = float(np.mean(librosa.feature.spectral_centroid(y=sound, sr=rate_hz)))
    return {
        "onsets": float(np.log2(max(0.2, len(onsets) / (len(sound) / rate_hz)))),
        "brightness": float(np.log2(centroid_hz)),
        "strikes": float(np.sqrt((striking**2).sum() / ((striking**2).sum() + (lasting**2).sum()))),
    }


def distances(clip: Path, piece: Path) -> dict[str, float]:
    """Return how far a piece sounds from a recording."""
    one, other = sound_of(clip), sound_of(piece)
    return {name: abs(one[name] - other[name]) for name in one}


def compare(
    grym: Grym, recording: Recording, plain: Made, ground: Path, measured: Measured
) -> tuple[dict[str, float], dict[str, float]]:
    """Compose after a recording, check what is promised, and return its distances and those of the piece without it."""
    folder = ground / recording.path.stem.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    clip = clip_of(recording, folder)
    after = composed(grym, folder / "after", "--reference", str(clip))
    heard = grym.tell("analyze", str(clip), timeout_s=120)
    quarters_bpm = heard["tempo_bpm"] * (1.5 if heard["metre"]["unit"] == 8 else 1.0)
    assert oracles.octave_error(after.tempo_bpm, quarters_bpm) < TEMPO_TOLERANCE
    tonality = after.told["plan"]["tonality"]
    key = oracles.same_key(heard["key"]["tonic"], heard["key"]["mode"])
    assert oracles.same_key(oracles.NAMES[tonality["tonic"]], tonality["mode"]) == key
    assert {key, relative(key)} & {*oracles.keys_by_pitches(oracles.played_notes(after.folder / "piece.mid")).values()}
    if recording.drums is not None:
        assert after.drums == recording.drums
    taken = after.told["reference"]
    assert taken["unlike"]
    assert taken["styles"]
    near, far = distances(clip, after.folder / "piece.wav"), distances(clip, plain.folder / "piece.wav")
    measured(
        f"after {recording.path.name}: {after.told['plan']['style']}",
        " ".join(f"{name} {value:.2f}" for name, value in near.items()),
        "without: " + " ".join(f"{name} {value:.2f}" for name, value in far.items()),
    )
    assert sum(near.values()) < max(NEAR, sum(far.values()))
    return near, far


def relative(key: str) -> str:
    """Return the key of the same notes: finders of keys take a piece in C major that dwells on A for A minor."""
    tonic, mode = key.split()
    at = oracles.NAMES.index(tonic)
    return f"{oracles.NAMES[(at - 3) % 12]} minor" if mode == "major" else f"{oracles.NAMES[(at + 3) % 12]} major"
