"""Drums: the groove of the style, fills where sections end, a crash where they begin."""

from collections.abc import Iterator

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.metrics import bar_groups, bar_steps
from grym.domain.composing.patterns import CRASH, DRUMS, FILLS, HAT, KICK, PEDAL_HAT, RIDE, SHAKER, TAMBOURINE, bar_text
from grym.domain.composing.seeds import pick, stream
from grym.domain.composing.texture import Texture

_ACCENTS = {"x": 0, "X": 10, "o": -22}
_FILL_STEPS = 8
# Below this intensity only the light half of the kit plays.
_LIGHT_BELOW = 0.34
_LIGHT = frozenset({HAT, RIDE, PEDAL_HAT, SHAKER, TAMBOURINE})
# Soft styles have no crashes.
_CRASHING = frozenset({"rock", "synthwave", "four", "cinematic", "march"})
DRUM_NOTE_STEPS = 1


def write_drums(texture: Texture) -> tuple[PlayedNote, ...]:
    """Write the drums of a section."""
    rng = stream(texture.seed, "drums", texture.identity, texture.passage.name, str(texture.passage.occurrence))
    fill = pick(rng, FILLS)
    steps = bar_steps(texture.plan.metre)
    notes: list[PlayedNote] = []
    if texture.style.drums in _CRASHING and texture.passage.occurrence + texture.passage.start_bar > 0:
        notes.append(_hit(CRASH, 0, 0))
    for bar in range(texture.passage.bars):
        last = bar == texture.passage.bars - 1
        if last and texture.is_ending:
            notes.extend((_hit(KICK, bar * steps, 6), _hit(CRASH, bar * steps, 0)))
            continue
        groove = list(_groove(texture, bar))
        if last and steps >= 2 * _FILL_STEPS and texture.passage.intensity >= _LIGHT_BELOW:
            start = (bar + 1) * steps - _FILL_STEPS
            groove = [note for note in groove if note.start_steps < start]
            groove += [
                _hit(piece, start + at, _ACCENTS[token])
                for piece, text in fill
                for at, token in enumerate(text)
                if token in _ACCENTS
            ]
        notes.extend(groove)
    return tuple(notes)


def _groove(texture: Texture, bar: int) -> Iterator[PlayedNote]:
    """Yield one bar of the groove; quiet sections leave out the heavy drums."""
    groups = bar_groups(texture.plan.metre)
    start = bar * bar_steps(texture.plan.metre)
    light = texture.passage.intensity < _LIGHT_BELOW and texture.passage.start_bar > 0
    for piece, pattern in sorted(DRUMS[texture.style.drums or "rock"].items()):
        if light and piece not in _LIGHT:
            continue
        text = bar_text(pattern, groups, bar)
        yield from (_hit(piece, start + at, _ACCENTS[token]) for at, token in enumerate(text) if token in _ACCENTS)


def _hit(piece: int, step: int, accent: int) -> PlayedNote:
    """Make one stroke."""
    return PlayedNote(start_steps=step, length_steps=DRUM_NOTE_STEPS, midi_pitch=piece, accent=accent)
