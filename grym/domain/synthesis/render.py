"""From a score to stems: each distinct note is rendered once and laid down wherever it is played.

Notes that share part, pitch, strength band and length band share one rendering; the exact velocity, length and
release are applied where it is laid down. Sums run in one fixed order, so a seed gives the same samples each time.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from grym.domain.composing.score import Score
from grym.domain.composing.seeds import stream
from grym.domain.reels import Progress, Reel, Reels, in_memory, nobody_asks, part_of
from grym.domain.signal import FloatArray, Signal
from grym.domain.synthesis.drums import CLOSING_NUMBERS, OPEN_HAT, piece, strike
from grym.domain.synthesis.patches import voice_of
from grym.domain.synthesis.performance import PlayedNote, PlayedPart, perform
from grym.domain.synthesis.voice import Touch, Voice, levelled

SAMPLE_RATE_HZ = 44_100

VELOCITY_EXPONENT = 1.7
"""Amplitude grows as velocity to this power: pp to ff spans some 30 dB, close to the General MIDI curve (2.0)."""

STRENGTH_BANDS = 12
"""Timbre is rendered in this many steps of velocity: steps of some 10 velocity units are not heard as steps."""

LENGTH_GRID_S = 0.25
"""Renderings are made this much longer than needed at most, so that notes of similar length share one."""

CHOKE_S = 0.04
"""Time in which a closing hi-hat silences the open one."""

KEYBOARD_SPREAD = 0.25
"""How far low notes lean left and high notes right, as on the bench of a piano; per three octaves from middle C."""

KIT_FORCE_SPREAD = 0.6
"""A soft stroke on a drum keeps this share of its loudness in decibels; drummers play in a narrower range."""

SETTLE_S = 0.004
"""Fade at the very end of every laid-down note."""


def render_parts(score: Score, *, sample_rate_hz: int = SAMPLE_RATE_HZ, seed: int) -> tuple[tuple[str, Signal], ...]:
    """Play a score on the built-in instruments.

    Parameters
    ----------
    score
        The piece.
    sample_rate_hz
        Samples per second of the result, 8,000 to 192,000.
    seed
        Decides what no score says: phases of ensembles, breath, the grain of cymbals.

    Returns
    -------
    tuple of (str, Signal)
        Part name and stereo stem in the order of the score; all stems last the piece plus a release tail.
    """
    reels = spool_parts(score, reels=in_memory, sample_rate_hz=sample_rate_hz, seed=seed)
    return tuple(
        (name, Signal(samples=reel.read(0, reel.length_samples), sample_rate_hz=sample_rate_hz)) for name, reel in reels
    )


def spool_parts(
    score: Score, *, reels: Reels, sample_rate_hz: int = SAMPLE_RATE_HZ, seed: int, progress: Progress = nobody_asks
) -> tuple[tuple[str, Reel], ...]:
    """Play a score onto reels, one part after another (see `render_parts`)."""
    performance = perform(score)
    length = round(performance.duration_s * sample_rate_hz)
    stems = []
    for index, part in enumerate(performance.parts):
        canvas = np.zeros((2, length), dtype=np.float32)
        lay = _lay_kit if part.percussion else _lay_pitched
        share = part_of(progress, index / len(performance.parts), (index + 1) / len(performance.parts))
        lay(canvas, part, sample_rate_hz=sample_rate_hz, seed=seed, index=index, progress=share)
        canvas *= np.float32(10.0 ** (part.gain_db / 20.0))
        reel = reels(length)
        reel.write(0, canvas)
        stems.append((part.name, reel))
        share(1.0)
    return tuple(stems)


def _lay_pitched(
    canvas: FloatArray, part: PlayedPart, *, sample_rate_hz: int, seed: int, index: int, progress: Progress
) -> None:
    """Render the distinct notes of a pitched part and add every occurrence to `canvas`."""
    voice = voice_of(part.program)
    level = 10.0 ** (voice.gain_db / 20.0)
    laid = 0
    for (pitch, band, steps), notes in _alike(part.notes):
        touch = Touch(
            frequency_hz=440.0 * 2.0 ** ((pitch - 69) / 12.0),
            force=(band + 0.5) / STRENGTH_BANDS,
            held_s=steps * LENGTH_GRID_S,
            sample_rate_hz=sample_rate_hz,
        )
        rng = stream(seed, "synthesis", str(index), str(pitch), str(band), str(steps))
        sound = levelled(voice.play(touch, rng=rng), frequency_hz=touch.frequency_hz, sample_rate_hz=sample_rate_hz)
        pan = part.pan + KEYBOARD_SPREAD * (pitch - 60) / 36.0
        placed = _panned(sound, pan=pan) * np.float32(level)
        for note in notes:
            _add_note(canvas, placed, note, voice=voice, sample_rate_hz=sample_rate_hz)
        laid += len(notes)
        progress(laid / len(part.notes))


def _alike(notes: tuple[PlayedNote, ...]) -> Iterator[tuple[tuple[int, int, int], list[PlayedNote]]]:
    """Group notes by pitch, strength band and length in grid steps, in the order of first appearance."""
    groups: defaultdict[tuple[int, int, int], list[PlayedNote]] = defaultdict(list)
    for note in notes:
        band = min(STRENGTH_BANDS - 1, note.velocity * STRENGTH_BANDS // 128)
        groups[(note.midi_pitch, band, int(np.ceil(note.duration_s / LENGTH_GRID_S)))].append(note)
    yield from groups.items()


def _panned(sound: FloatArray, *, pan: float) -> FloatArray:
    """Place a mono or stereo sound between left (−1) and right (1) at constant power.

    References
    ----------
    Blumlein's sine law of intensity panning: gains cos and sin of one angle, so their powers add to 1.
    """
    angle = (float(np.clip(pan, -1.0, 1.0)) + 1.0) * np.pi / 4.0
    gains = np.sqrt(2.0) * np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32)
    placed: FloatArray = (sound * gains).astype(np.float32)
    return placed


def _add_note(canvas: FloatArray, sound: FloatArray, note: PlayedNote, *, voice: Voice, sample_rate_hz: int) -> None:
    """Add one occurrence: cut to its length, released, scaled by its velocity."""
    start = round(note.onset_s * sample_rate_hz)
    held = round(note.duration_s * sample_rate_hz)
    length = min(sound.shape[1], held + round(voice.release_s * sample_rate_hz), canvas.shape[1] - start)
    if length <= 0:
        return
    gain = (note.velocity / 127.0) ** VELOCITY_EXPONENT
    shape = np.full(length, gain, dtype=np.float32)
    if length > held:
        shape[held:] *= _release(length - held, whole=round(voice.release_s * sample_rate_hz))
    settle = min(length, round(SETTLE_S * sample_rate_hz))
    shape[length - settle :] *= np.linspace(1.0, 0.0, settle, dtype=np.float32)
    canvas[:, start : start + length] += sound[:, :length] * shape


def _release(length: int, *, whole: int) -> FloatArray:
    """Return the fall after the key is released: exponential to −40 dB, bent so that it ends at zero."""
    position = np.arange(length, dtype=np.float32) / np.float32(max(1, whole))
    fall: FloatArray = np.exp(-4.6 * position) * (1.0 - np.minimum(1.0, position) ** 4)
    return fall.astype(np.float32)


def _lay_kit(
    canvas: FloatArray, part: PlayedPart, *, sample_rate_hz: int, seed: int, index: int, progress: Progress
) -> None:
    """Render the distinct hits of a percussion part and add every occurrence to `canvas`."""
    rendered: dict[tuple[int, int], FloatArray] = {}
    closings = np.array([note.onset_s for note in part.notes if note.midi_pitch in CLOSING_NUMBERS])
    for note in part.notes:
        band = min(STRENGTH_BANDS - 1, note.velocity * STRENGTH_BANDS // 128)
        key = (note.midi_pitch, band)
        if key not in rendered:
            rng = stream(seed, "kit", str(index), str(note.midi_pitch))
            hit = strike(note.midi_pitch, force=(band + 0.5) / STRENGTH_BANDS, sample_rate_hz=sample_rate_hz, rng=rng)
            rendered[key] = _panned(hit[None, :], pan=part.pan + piece(note.midi_pitch).pan)
        sound = rendered[key]
        if note.midi_pitch == OPEN_HAT:
            sound = _choked(sound, note, closings, sample_rate_hz=sample_rate_hz)
        start = round(note.onset_s * sample_rate_hz)
        length = min(sound.shape[1], canvas.shape[1] - start)
        gain = np.float32((note.velocity / 127.0) ** (VELOCITY_EXPONENT * KIT_FORCE_SPREAD))
        if length > 0:
            canvas[:, start : start + length] += sound[:, :length] * gain
    progress(1.0)
    _fade_end(canvas, sample_rate_hz=sample_rate_hz)


def _choked(sound: FloatArray, note: PlayedNote, closings_s: np.ndarray, *, sample_rate_hz: int) -> FloatArray:
    """Silence an open hi-hat at the next closing stroke."""
    later = closings_s[closings_s > note.onset_s + 1e-6]
    if later.size == 0:
        return sound
    closed_at = (float(later[0]) - note.onset_s) * sample_rate_hz
    fall = np.clip(1.0 - (np.arange(sound.shape[1]) - closed_at) / (CHOKE_S * sample_rate_hz), 0.0, 1.0)
    choked: FloatArray = (sound * fall).astype(np.float32)
    return choked


def _fade_end(canvas: FloatArray, *, sample_rate_hz: int) -> None:
    """Bring the last 50 ms to zero: a cymbal may ring beyond the end of the piece."""
    fade = min(canvas.shape[1], round(0.05 * sample_rate_hz))
    canvas[:, canvas.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
