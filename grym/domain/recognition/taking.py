"""Taking the imprint of a sound."""

from grym.domain.recognition.codec import settled
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.landmarks import peaks_of
from grym.domain.recognition.melody import melody_of
from grym.domain.recognition.spectrum import spectrum_of
from grym.domain.recognition.tonal import tonal_of
from grym.domain.signal import Signal


def take_imprint(signal: Signal) -> Imprint:
    """Return what a sound leaves in memory, as memory gives it back."""
    spectrum = spectrum_of(signal)
    tonal = tonal_of(spectrum)
    taken = Imprint(
        duration_s=signal.duration_s,
        peaks=peaks_of(spectrum),
        tonal=tonal,
        melody=melody_of(tonal),
    )
    return settled(taken)
