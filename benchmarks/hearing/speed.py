"""What hearing costs: processor milliseconds of grym, librosa and essentia in one run.

``python -m benchmarks.hearing.speed``. Music of the examination, 44,100 Hz; every measurement is taken in turns by all,
one thread each, and its median over the rounds is given, so that whatever else the machine does meets all alike.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hearing.answers import FloatArray
from benchmarks.hearing.contestants.essentia import Essentia
from benchmarks.hearing.contestants.librosa import Librosa
from benchmarks.hearing.sounds import HOME, RATE_HZ, prepared
from benchmarks.recognition.report import table
from grym.domain.analysis import analyse
from grym.domain.chroma import chroma
from grym.domain.live.followers import default_followers
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream
from grym.domain.onset import onset_envelope
from grym.domain.pitch.f0 import melody_of
from grym.domain.rhythm.tracking import track_pulse
from grym.domain.signal import Signal
from grym.domain.spectral import describe
from grym.domain.stft import framing_for

SHORT_S, LONG_S, LIVE_S = 30, 180, 60
N_FFT, HOP = 2_048, 512
BLOCK_S = 0.1
ROUNDS = 5
TAIL = 99

Call = Callable[[], object]


def cpu_ms(call: Call) -> float:
    """Return the processor time of one call; a number that it returns is taken for its own measurement in seconds."""
    began_s = time.process_time()
    returned = call()
    spent_s = returned if isinstance(returned, float) else time.process_time() - began_s
    return 1e3 * spent_s


def music(cache: Path) -> FloatArray:
    """Return three minutes of the examination's music, shape (samples,)."""
    sounds = [sound.samples() for sound in prepared("dev", cache, few=True)]
    return np.concatenate(sounds)[: LONG_S * RATE_HZ]


def signal_of(samples: FloatArray) -> Signal:
    """Return samples as two channels that differ a little, as recordings have."""
    return Signal(samples=np.stack((samples, 0.9 * np.roll(samples, 20))).astype(np.float32), sample_rate_hz=RATE_HZ)


def spectral_by_grym(mono: FloatArray) -> None:
    """Mel bands, cepstrum, centroid, bandwidth, rolloff, flatness, flux, contrast, zero crossings, level."""
    describe(mono, framing_for(RATE_HZ)).mfcc()


def spectral_by_librosa(mono: FloatArray) -> None:
    """Compute the same from one short-time spectrum."""
    import librosa  # noqa: PLC0415 (slow to import, and only this minds)

    levels = np.abs(librosa.stft(mono, n_fft=N_FFT, hop_length=HOP))
    mel = librosa.feature.melspectrogram(S=levels**2, sr=RATE_HZ, n_mels=128)
    librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=20)
    librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=RATE_HZ)
    for feature in ("spectral_centroid", "spectral_bandwidth", "spectral_rolloff", "spectral_contrast"):
        getattr(librosa.feature, feature)(S=levels, sr=RATE_HZ)
    librosa.feature.spectral_flatness(S=levels)
    librosa.feature.rms(S=levels, frame_length=N_FFT)
    librosa.feature.zero_crossing_rate(mono, frame_length=N_FFT, hop_length=HOP)


def musical_by_grym(mono: FloatArray) -> None:
    """Mel bands, cepstrum, pitch classes, onset strength, tempo."""
    framing = framing_for(RATE_HZ)
    frames = describe(mono, framing)
    frames.mfcc()
    onset_envelope(frames.mel_power, frame_rate_hz=framing.frame_rate_hz)
    track_pulse(frames.mel_power, framing=framing, pitch=chroma(mono, RATE_HZ))


def musical_by_librosa(mono: FloatArray) -> None:
    """Compute the same from one short-time spectrum."""
    import librosa  # noqa: PLC0415 (as above)

    power = np.abs(librosa.stft(mono, n_fft=N_FFT, hop_length=HOP)) ** 2
    levels = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=RATE_HZ, n_mels=128))
    librosa.feature.mfcc(S=levels, n_mfcc=20)
    librosa.feature.chroma_stft(S=power, sr=RATE_HZ)
    envelope = librosa.onset.onset_strength(S=levels, sr=RATE_HZ)
    librosa.beat.beat_track(onset_envelope=envelope, sr=RATE_HZ)


def facts_by_librosa(mono: FloatArray) -> None:
    """Tempo and beats, onsets, key, chords, sections, each as its documentation has it."""
    for group in ("beats", "onsets", "key", "chords", "sections"):
        Librosa().answer(mono, RATE_HZ, group)


def by_essentia(mono: FloatArray, groups: tuple[str, ...]) -> float:
    """Return the processor seconds of its worker."""
    return sum(Essentia().answer(mono, RATE_HZ, group).cpu_s for group in groups)


def f0_by_librosa(mono: FloatArray) -> None:
    """PYIN at its own rate, 22,050 Hz."""
    Librosa().answer(mono, RATE_HZ, "notes")


def live_blocks_ms(mono: FloatArray) -> FloatArray:
    """Return the processor time of every block of 100 ms of a stream, shape (blocks,)."""
    stream = LiveStream(StreamFormat(sample_rate_hz=RATE_HZ, channels=1), default_followers())
    block = round(BLOCK_S * RATE_HZ)
    spent = []
    for sequence, first in enumerate(range(0, len(mono) - block + 1, block)):
        part = mono[None, first : first + block]
        frame = Frame(sequence=sequence, first_sample=first, sample_rate_hz=RATE_HZ, samples=part)
        spent.append(cpu_ms(lambda frame=frame: _taken(stream, frame)))  # type: ignore[misc]
    return np.array(spent[1:], dtype=np.float32)


def _taken(stream: LiveStream, frame: Frame) -> None:
    list(stream.take(frame))


def measurements(samples: FloatArray) -> dict[str, dict[str, Call]]:
    """Return what is measured: a name, and a call for everybody who can do it."""
    short, both = samples[: SHORT_S * RATE_HZ], signal_of(samples)
    return {
        f"spectral features, {SHORT_S} s": {
            "grym": partial(spectral_by_grym, short),
            "librosa": partial(spectral_by_librosa, short),
            "essentia": partial(by_essentia, short, ("spectral",)),
        },
        f"mel, MFCC, chroma, onset strength, tempo, {SHORT_S} s": {
            "grym": partial(musical_by_grym, short),
            "librosa": partial(musical_by_librosa, short),
            "essentia": partial(by_essentia, short, ("musical",)),
        },
        f"analysis, {LONG_S} s": {
            "grym": partial(analyse, both),
            "librosa": partial(facts_by_librosa, samples),
            "essentia": partial(by_essentia, samples, ("rhythm", "onsets", "key", "chords")),
        },
        f"analysis with everything, {LONG_S} s": {"grym": partial(analyse, both, full=True)},
        f"fundamental frequency, {SHORT_S} s": {
            "grym": partial(melody_of, Signal(samples=short[None], sample_rate_hz=RATE_HZ)),
            "librosa": partial(f0_by_librosa, short),
            "essentia": partial(by_essentia, short, ("notes",)),
        },
    }


def measured(samples: FloatArray, *, rounds: int) -> list[dict[str, Any]]:
    """Return the median cost in milliseconds of everything for everybody."""
    rows = []
    for name, calls in measurements(samples).items():
        spent: dict[str, list[float]] = {contestant: [] for contestant in calls}
        for number in range(rounds + 1):
            for contestant, call in calls.items():
                cost_ms = cpu_ms(call)
                if number:
                    # The first round loads, compiles and plans; it is not counted.
                    spent[contestant].append(cost_ms)
        rows.append({"what": name, **{contestant: float(np.median(each)) for contestant, each in spent.items()}})
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing.speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cache", type=Path, default=HOME)
    parser.add_argument("--out", type=Path, help="folder for the report")
    words = parser.parse_args()
    samples = music(words.cache)
    rows = measured(samples, rounds=words.rounds)
    live_ms = live_blocks_ms(samples[: LIVE_S * RATE_HZ])
    told = report(rows, live_ms)
    print(told)
    if words.out:
        words.out.mkdir(parents=True, exist_ok=True)
        (words.out / "hearing-speed.md").write_text(told + "\n")
        live = {"mean_ms": float(live_ms.mean()), "p99_ms": float(np.percentile(live_ms, TAIL))}
        (words.out / "hearing-speed.json").write_text(json.dumps({"costs": rows, "live": live}, indent=1))


def report(rows: list[dict[str, Any]], live_ms: FloatArray) -> str:
    """Return the costs as a table, with how many times grym's each peer's is."""
    cells = [
        [
            row["what"],
            f"{row['grym']:.1f}",
            *(f"{row[peer]:.0f} (× {row[peer] / row['grym']:.1f})" if peer in row else "–" for peer in PEERS),
        ]
        for row in rows
    ]
    live = (
        f"A live block of 100 ms: {live_ms.mean():.2f} ms on average, "
        f"{np.percentile(live_ms, TAIL):.2f} ms at P{TAIL}, {live_ms.max():.2f} ms at most, over {len(live_ms)} blocks."
    )
    return f"{table(['CPU ms', 'grym', *PEERS], cells)}\n\n{live}"


PEERS = ("librosa", "essentia")


if __name__ == "__main__":
    main()
