"""Drums: the groove of the style, fills where sections end, a crash where they begin.

A fill takes the place of the groove for the last half of a bar (the last quarter in short bars), so that the section
that follows is announced; the last bar of the piece is one stroke. A loop has no last bar: its fill leads to its start.
"""

from collections.abc import Iterator, Mapping

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.patterns import DRUMS, FILLS, Pattern, bar_text
from grym.domain.composing.patterns.fills import Fill
from grym.domain.composing.patterns.kit import CRASH, HAT, KICK, PEDAL_HAT, RIDE, SHAKER, TAMBOURINE
from grym.domain.composing.seeds import pick, stream
from grym.domain.composing.texture import Texture

_ACCENTS = {"x": 0, "X": 10, "o": -22}
_FILL_STEPS, _SHORT_FILL_STEPS = 8, 4
# Below this intensity only the light half of the kit plays.
_LIGHT_BELOW = 0.34
_LIGHT = frozenset({HAT, RIDE, PEDAL_HAT, SHAKER, TAMBOURINE})
# What plays where drums are asked for in a style that has none.
_USUAL_GROOVE = "rock"
DRUM_NOTE_STEPS = 1


def write_drums(texture: Texture) -> tuple[PlayedNote, ...]:
    """Write the drums of a section."""
    steps = bar_steps(texture.plan.metre)
    notes: list[PlayedNote] = []
    if texture.style.crashes and texture.passage.start_bar > 0:
        notes.append(_hit(CRASH, 0, 0))
    for bar in range(texture.passage.bars):
        last = bar == texture.passage.bars - 1
        if last and texture.is_ending:
            notes += _ending(bar * steps, crashes=texture.style.crashes)
        else:
            groove = tuple(_groove(texture, bar))
            notes += _filled(groove, texture, (bar + 1) * steps) if last else groove
    return tuple(dict.fromkeys(notes))


def _ending(step: int, *, crashes: bool) -> list[PlayedNote]:
    """Return the stroke that ends the piece."""
    return [_hit(KICK, step, 6), _hit(CRASH if crashes else RIDE, step, 0)]


def groove_of(texture: Texture) -> Mapping[int, Pattern]:
    """Return the groove of a style; one that has none plays the usual one when drums are asked for."""
    name = texture.style.drums or _USUAL_GROOVE
    return texture.style.drum_patterns.get(name) or DRUMS[name]


def _groove(texture: Texture, bar: int) -> Iterator[PlayedNote]:
    """Yield one bar of the groove; quiet sections leave out the heavy drums."""
    start = bar * bar_steps(texture.plan.metre)
    light = texture.passage.intensity < _LIGHT_BELOW and texture.passage.start_bar > 0
    groove = groove_of(texture)
    light = light and not _LIGHT.isdisjoint(groove)
    for piece, pattern in sorted(groove.items()):
        if light and piece not in _LIGHT:
            continue
        yield from _strokes(piece, bar_text(pattern, texture.plan.metre, bar), start)


def _filled(groove: tuple[PlayedNote, ...], texture: Texture, end: int) -> tuple[PlayedNote, ...]:
    """Return a bar whose end is a fill, where the style has fills and the section is not a quiet one."""
    steps = bar_steps(texture.plan.metre)
    if not texture.style.fills or steps < _FILL_STEPS or texture.passage.intensity < _LIGHT_BELOW:
        return groove
    length = _FILL_STEPS if steps >= 2 * _FILL_STEPS else _SHORT_FILL_STEPS
    fill = _chosen_fill(texture)
    kept = [note for note in groove if note.start_steps < end - length]
    return (*kept, *(hit for piece, text in fill for hit in _strokes(piece, text[-length:], end - length)))


def _chosen_fill(texture: Texture) -> Fill:
    """Draw one fill for each section of the piece."""
    passage = texture.passage
    rng = stream(texture.seed, "drums", texture.identity, passage.name, str(passage.occurrence))
    return pick(rng, [fill for name in texture.style.fills for fill in FILLS[name]])


def _strokes(piece: int, text: str, start: int) -> Iterator[PlayedNote]:
    """Yield the strokes of a text on one drum."""
    return (_hit(piece, start + at, _ACCENTS[token]) for at, token in enumerate(text) if token in _ACCENTS)


def _hit(piece: int, step: int, accent: int) -> PlayedNote:
    """Make one stroke."""
    return PlayedNote(start_steps=step, length_steps=DRUM_NOTE_STEPS, midi_pitch=piece, accent=accent)
