"""librosa as its documentation uses it: beat_track, onset_detect, chroma templates, pYIN, agglomerative segments."""

from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.hearing.answers import Answer, FloatArray
from benchmarks.hearing.symbols import PITCH_CLASSES

RATE_HZ = 22_050
HOP = 512
SECTIONS = 5
"""librosa's agglomerative segmentation must be told how many; five is what most forms of the examination have."""

KRUMHANSL = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
"""Krumhansl (1990), "Cognitive foundations of musical pitch", table 4.1: librosa itself names no keys."""

GROUPS = {
    "tempo": "beats",
    "beats": "beats",
    "onsets": "onsets",
    "key": "key",
    "chords": "chords",
    "notes": "notes",
    "sections": "sections",
}


class Librosa:
    """What librosa hears."""

    name = "librosa"

    @property
    def digest(self) -> str:
        """Its version and the version of this use of it."""
        return f"{version('librosa')}-1"

    def group(self, task: str) -> str | None:
        """Tempo and beats come together, the others alone."""
        return GROUPS.get(task)

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Resample as `librosa.load` does, and ask."""
        import librosa  # noqa: PLC0415 (slow to import)

        y = librosa.resample(samples, orig_sr=rate_hz, target_sr=RATE_HZ)
        asked: Answer = getattr(self, f"_{group}")(librosa, y)
        return asked

    def _beats(self, librosa: Any, y: FloatArray) -> Answer:
        tempo, beats_s = librosa.beat.beat_track(y=y, sr=RATE_HZ, units="time")
        return Answer(tempo_bpm=float(np.atleast_1d(tempo)[0]), beats_s=[float(at_s) for at_s in beats_s])

    def _onsets(self, librosa: Any, y: FloatArray) -> Answer:
        return Answer(onsets_s=[float(t) for t in librosa.onset.onset_detect(y=y, sr=RATE_HZ, units="time")])

    def _key(self, librosa: Any, y: FloatArray) -> Answer:
        weights = librosa.feature.chroma_cqt(y=y, sr=RATE_HZ).mean(axis=1)
        fits = {
            (tonic, mode): np.corrcoef(weights, np.roll(profile, tonic))[0, 1]
            for mode, profile in KRUMHANSL.items()
            for tonic in range(12)
        }
        tonic, mode = max(fits, key=lambda key: float(fits[key]))
        return Answer(key=f"{PITCH_CLASSES[tonic]} {mode}")

    def _chords(self, librosa: Any, y: FloatArray) -> Answer:
        """Binary triad templates on CQT chroma, smoothed by librosa's own Viterbi, as in its gallery of examples."""
        weights = librosa.util.normalize(librosa.feature.chroma_cqt(y=y, sr=RATE_HZ), axis=0, norm=2)
        triads = [
            (root, quality, steps) for quality, steps in (("maj", (0, 4, 7)), ("min", (0, 3, 7))) for root in range(12)
        ]
        templates = np.zeros((len(triads), 12))
        for row, (root, _, steps) in enumerate(triads):
            templates[row, [(root + step) % 12 for step in steps]] = 1 / np.sqrt(3)
        likely = np.exp(8.0 * (templates @ weights))
        likely /= likely.sum(axis=0, keepdims=True)
        path = librosa.sequence.viterbi_discriminative(likely, librosa.sequence.transition_loop(len(triads), 0.9))
        times_s = librosa.frames_to_time(np.arange(len(path) + 1), sr=RATE_HZ, hop_length=HOP)
        return Answer(chords=_runs([f"{PITCH_CLASSES[triads[k][0]]}:{triads[k][1]}" for k in path], times_s))

    def _notes(self, librosa: Any, y: FloatArray) -> Answer:
        """PYIN; notes are runs of one rounded pitch of 60 ms or more."""
        f0_hz, voiced, _ = librosa.pyin(y, fmin=65.4, fmax=2093.0, sr=RATE_HZ)
        times_s = librosa.times_like(f0_hz, sr=RATE_HZ)
        pitches = [str(round(float(librosa.hz_to_midi(f)))) if v else "" for f, v in zip(f0_hz, voiced, strict=True)]
        spans = _runs(pitches, [*times_s, times_s[-1] + HOP / RATE_HZ])
        notes = [(s, e, float(label)) for s, e, label in spans if label and e - s >= 0.06]
        heard = np.where(voiced, np.nan_to_num(f0_hz), 0.0)
        return Answer(notes=notes, f0_times_s=[float(t) for t in times_s], f0_hz=[float(f) for f in heard])

    def _sections(self, librosa: Any, y: FloatArray) -> Answer:
        features = np.vstack(
            [
                librosa.util.normalize(librosa.feature.mfcc(y=y, sr=RATE_HZ, n_mfcc=13), axis=1),
                librosa.util.normalize(librosa.feature.chroma_cqt(y=y, sr=RATE_HZ), axis=1),
            ]
        )
        borders = librosa.segment.agglomerative(features, SECTIONS)
        starts_s = [float(t) for t in librosa.frames_to_time(borders, sr=RATE_HZ)]
        ends_s = [*starts_s[1:], len(y) / RATE_HZ]
        return Answer(sections=[(s, e, str(n)) for n, (s, e) in enumerate(zip(starts_s, ends_s, strict=True))])


def _runs(labels: list[str], times_s: Any) -> list[tuple[float, float, str]]:
    """Return frame labels as spans."""
    spans: list[tuple[float, float, str]] = []
    start = 0
    for place in range(1, len(labels) + 1):
        if place == len(labels) or labels[place] != labels[start]:
            spans.append((float(times_s[start]), float(times_s[place]), labels[start]))
            start = place
    return spans
