"""What a law may change in the sound of a score, as numbers that grym's hearing takes from it."""

import numpy as np

from grym.domain.analysis import analyse
from grym.domain.composing.score import Score
from grym.domain.signal import Signal
from grym.domain.synthesis.render import render_parts

RATE_HZ = 22_050
"""Half the usual rate: what laws change lies below 11 kHz, and hearing takes half as long."""


def heard(score: Score, *, seed: int) -> dict[str, float]:
    """Return measures of the sound of a score, played by the built-in synthesiser with all parts alike."""
    stems = [stem.samples for _, stem in render_parts(score, sample_rate_hz=RATE_HZ, seed=seed)]
    found = analyse(Signal(samples=np.sum(stems, axis=0, dtype=np.float32), sample_rate_hz=RATE_HZ))
    means = {name: values["mean"] for name, values in found.features.items()}
    spreads = {name: values["std"] for name, values in found.features.items()}
    chroma = [f"chroma_{pitch_class}" for pitch_class in range(12)]
    return {
        "onsets a second": len(found.onsets_s) / found.duration_s,
        "brightness (Hz)": means["centroid_hz"],
        "change of brightness (Hz)": spreads["centroid_hz"],
        "flatness": means["flatness"],
        "flux": means["flux"],
        "spread of loudness (LU)": found.dynamics.spread_lu or 0.0,
        "change of level": spreads["rms"] / max(means["rms"], 1e-9),
        "strength of onsets": means["onset_strength"],
        "change of pitch classes": float(np.sum([spreads[name] for name in chroma])),
        "evenness of pitch classes": _evenness(np.array([means[name] for name in chroma])),
        "noise against tones (zero crossings)": means["zero_crossing_rate"],
    }


def _evenness(shares: np.ndarray) -> float:
    """Return the entropy of the pitch classes, 0 (one) to 1 (all alike)."""
    part = shares / max(float(shares.sum()), 1e-12)
    return float(-np.sum(part * np.log(np.maximum(part, 1e-12))) / np.log(len(part)))
