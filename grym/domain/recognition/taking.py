"""Taking the imprint of a sound."""

import numpy as np

from grym.domain.recognition.imprint import Imprint, Melody
from grym.domain.recognition.landmarks import peaks_of
from grym.domain.recognition.spectrum import spectrum_of
from grym.domain.recognition.tonal import tonal_of
from grym.domain.recognition.windows import windows_of
from grym.domain.signal import Signal


def take_imprint(signal: Signal) -> Imprint:
    """Return what a sound leaves in memory."""
    spectrum = spectrum_of(signal)
    tonal = tonal_of(spectrum)
    none = np.zeros(0, dtype=np.float32)
    return Imprint(
        duration_s=signal.duration_s,
        peaks=peaks_of(spectrum),
        tonal=tonal,
        melody=Melody(pitches=np.zeros(0, dtype=np.int32), starts_s=none, ends_s=none),
        windows=windows_of(tonal),
    )
