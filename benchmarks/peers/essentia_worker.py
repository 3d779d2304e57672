"""essentia as a process of its own: one JSON request a line (path of a WAV file, group), one JSON answer a line.

Run by `benchmarks.hearing.contestants.essentia` in the environment of ``hearing-requirements.txt``; essentia's licence
is the AGPL, so nothing of grym imports it. The calls are those of its tutorials, with their defaults; where it offers
several, the one that did best on the works of dev: OnsetRate of two, PitchMelodia of three. Keys are by its default
profile: Temperley's does a little better on scores (0.65 for 0.61), and much worse on recordings.
"""

import importlib
import json
import math
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Only this worker's environment has it, hence not by an import statement, which grym's type checker would follow.
essentia: Any = importlib.import_module("essentia")
es: Any = importlib.import_module("essentia.standard")

RATE_HZ = 44_100
HOP = 2_048
WINDOW = 8_192
"""Of its tutorial on chords; 46 ms between frames."""

MELODY_HOP = 128
LEAST_NOTE_S = 0.06
FloatArray = NDArray[np.float32]


def rhythm(sound: FloatArray) -> dict[str, Any]:
    """Tempo and beats by the multi-feature tracker."""
    bpm, beats_s, *_ = es.RhythmExtractor2013(method="multifeature")(sound)
    return {"tempo_bpm": float(bpm), "beats_s": floats(beats_s)}


def onsets(sound: FloatArray) -> dict[str, Any]:
    """Onsets by complex-domain and high-frequency novelty together."""
    return {"onsets_s": floats(es.OnsetRate()(sound)[0])}


def key(sound: FloatArray) -> dict[str, Any]:
    """Key by its extractor."""
    tonic, mode, _ = es.KeyExtractor()(sound)
    return {"key": f"{tonic} {mode}"}


def chords(sound: FloatArray) -> dict[str, Any]:
    """Chords by profiles of peaks, two seconds at a time as its default is."""
    window, spectrum = es.Windowing(type="blackmanharris62"), es.Spectrum()
    peaks = es.SpectralPeaks(
        orderBy="magnitude", magnitudeThreshold=1e-5, minFrequency=20, maxFrequency=3500, maxPeaks=60
    )
    profile = es.HPCP(size=36, referenceFrequency=440, harmonics=8, bandPreset=True, minFrequency=20, maxFrequency=3500)
    frames = es.FrameGenerator(sound, frameSize=WINDOW, hopSize=HOP, startFromZero=True)
    profiles = np.array([profile(*peaks(spectrum(window(frame)))) for frame in frames], dtype=np.float32)
    names, _ = es.ChordsDetection(hopSize=HOP, windowSize=2)(profiles)
    times_s = np.arange(len(names) + 1) * HOP / RATE_HZ
    return {"chords": runs([harte(name) for name in names], times_s)}


def harte(name: str) -> str:
    """Return one of its chord names, ``F#m``, in Harte's syntax."""
    return f"{name[:-1]}:min" if name.endswith("m") else f"{name}:maj"


def notes(sound: FloatArray) -> dict[str, Any]:
    """Melody by PitchMelodia, notes by its segmentation of contours."""
    f0_hz = es.PitchMelodia(hopSize=MELODY_HOP)(sound)[0]
    starts_s, lengths_s, pitches = es.PitchContourSegmentation(hopSize=MELODY_HOP)(f0_hz, sound)
    found = [(float(s), float(s + d), float(p)) for s, d, p in zip(starts_s, lengths_s, pitches, strict=True) if d > 0]
    return {
        "notes": [note for note in found if note[1] - note[0] >= LEAST_NOTE_S],
        "f0_times_s": floats(np.arange(len(f0_hz)) * MELODY_HOP / RATE_HZ),
        "f0_hz": floats(f0_hz),
    }


def runs(labels: list[str], times_s: Any) -> list[tuple[float, float, str]]:
    """Return frame labels as spans."""
    spans: list[tuple[float, float, str]] = []
    start = 0
    for place in range(1, len(labels) + 1):
        if place == len(labels) or labels[place] != labels[start]:
            spans.append((float(times_s[start]), float(times_s[place]), labels[start]))
            start = place
    return spans


def floats(values: Any) -> list[float]:
    """Return plain finite numbers."""
    return [float(value) for value in np.ravel(values) if math.isfinite(float(value))]


def spectral(sound: FloatArray) -> dict[str, Any]:
    """Features of frames as `benchmarks.hearing.speed` asks for them, frame by frame as its tutorials do."""
    window, spectrum, mfcc = es.Windowing(type="hann"), es.Spectrum(), es.MFCC(inputSize=1025, numberBands=128)
    bands, flux, contrast = es.MelBands(inputSize=1025, numberBands=128), es.Flux(), es.SpectralContrast(frameSize=2048)
    centroid, rolloff, flatness = es.Centroid(range=RATE_HZ / 2), es.RollOff(), es.Flatness()
    moments, crossings, level = es.CentralMoments(range=RATE_HZ / 2), es.ZeroCrossingRate(), es.RMS()
    for frame in es.FrameGenerator(sound, frameSize=2048, hopSize=512, startFromZero=True):
        lines = spectrum(window(frame))
        for feature in (bands, mfcc, flux, contrast, centroid, rolloff, flatness, moments):
            feature(lines)
        crossings(frame)
        level(frame)
    return {}


def musical(sound: FloatArray) -> dict[str, Any]:
    """Mel bands, cepstrum, pitch classes and flux frame by frame, then the tempo."""
    window, spectrum, mfcc = es.Windowing(type="hann"), es.Spectrum(), es.MFCC(inputSize=1025, numberBands=128)
    peaks, profile, flux = es.SpectralPeaks(), es.HPCP(), es.Flux()
    for frame in es.FrameGenerator(sound, frameSize=2048, hopSize=512, startFromZero=True):
        lines = spectrum(window(frame))
        mfcc(lines)
        flux(lines)
        profile(*peaks(lines))
    es.RhythmExtractor2013(method="degara")(sound)
    return {}


GROUPS: dict[str, Callable[[FloatArray], dict[str, Any]]] = {
    "rhythm": rhythm,
    "onsets": onsets,
    "key": key,
    "chords": chords,
    "notes": notes,
    "spectral": spectral,
    "musical": musical,
}


def main() -> None:
    """Answer until the requests end."""
    warnings.simplefilter("ignore")
    essentia.log.infoActive = False
    essentia.log.warningActive = False
    for line in sys.stdin:
        path, group = json.loads(line)
        sound = es.MonoLoader(filename=path, sampleRate=RATE_HZ)()
        began_s = time.process_time()
        answer = GROUPS[group](sound)
        print(json.dumps(answer | {"cpu_s": time.process_time() - began_s}), flush=True)


if __name__ == "__main__":
    main()
