"""What: style, mood, key and parameters of a piece, from what was asked explicitly, in words and by style."""

import math
from collections.abc import Mapping

from grym.domain.composing.plan import Wish
from grym.domain.composing.reading import Reading
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import DEFAULT_STYLE, STYLES, Style
from grym.domain.composing.styles.checking import require_sound
from grym.domain.composing.taste import TASTES, USUAL_MODE_WEIGHT, drawn_mode
from grym.domain.composing.vocabulary import CHARACTERS, MOODS
from grym.domain.composing.words.keys import asked_key
from grym.domain.composing.words.lexicon import style_called

PARAMETERS = ("density", "brightness", "complexity", "swing", "dynamics", "humanise")
"""What the composer obeys."""
LEARNABLE = (*PARAMETERS, *TASTES)
"""What ratings teach: these, and choices of the planner."""

# Common keys are drawn more often: few accidentals read and lie well (weights by distance on the circle of fifths).
_KEY_WEIGHTS = {0: 4.0, 1: 4.0, 2: 3.5, 3: 3.0, 4: 2.0, 5: 1.0, 6: 0.5}
# The tonic of each mode without accidentals.
_HOMES = {"minor": 9, "dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "locrian": 11}

# A piano in such a mood plays nocturnes.
_PIANO_MOODS = frozenset({"calm", "sad", "romantic", "dreamy", "tender", "nostalgic"})
_STYLE_OF_MOOD = {"epic": "cinematic", "dreamy": "ambient", "angry": "rock", "tense": "cinematic", "dark": "cinematic"}
_STYLE_OF_CHARACTER = {"minimalist": "minimalism", "swinging": "swing", "swung": "swing"}
_STYLE_OF_PLAYER = {
    "organ": "chorale", "choir": "chorale", "synth lead": "synthwave", "harmonica": "blues", "saxophone": "jazz",
    "music box": "lullaby", "banjo": "folk", "tin whistle": "folk", "distorted guitar": "rock", "accordion": "waltz",
    "acoustic guitar": "folk", "electric piano": "lo-fi", "drums": "pop", "electric guitar": "rock",
    "square lead": "synthwave", "strings": "cinematic", "french horn": "cinematic", "brass": "march",
    "bandoneon": "tango", "tenor saxophone": "jazz", "steel drums": "latin", "clavinet": "funk", "koto": "ambient",
    "shakuhachi": "ambient",
}  # fmt: skip
_STYLE_OF_ENSEMBLE = {
    "jazz trio": "jazz", "jazz quartet": "jazz", "rock band": "rock", "string quartet": "string quartet",
}  # fmt: skip
# General names, which give way to a more exact one: "a classical waltz".
_GENERAL = frozenset({"classical", "pop", "folk"})


def choose_style(wish: Wish, reading: Reading, notes: list[str]) -> Style:
    """Choose the style: brought along, explicit, the first one named, else what mood and players suggest."""
    if wish.definition is not None:
        require_sound(wish.definition)
        return wish.definition
    explicit = None if wish.style is None else style_called(wish.style)
    if explicit is not None:
        return STYLES[explicit]
    refused = reading.refused.get("style", ())
    asked = [name for name in reading.words.get("style", ()) if name not in refused]
    exact = [name for name in asked if name not in _GENERAL] or asked
    if len(exact) > 1 and "waltz" in exact:
        # "A jazz waltz" is jazz in three.
        exact = [name for name in exact if name != "waltz"]
    if len(exact) > 1:
        notes.append(f"Several styles asked ({', '.join(exact)}): took {exact[0]}.")
    return STYLES[exact[0]] if exact else STYLES[_suggested(reading, refused, notes)]


def _suggested(reading: Reading, refused: tuple[str, ...], notes: list[str]) -> str:
    """Return the style that a sentence without one suggests."""
    leaning = [name for name in reading.words.get("leaning", ()) if name not in refused]
    if leaning:
        return leaning[0]
    if "3/4" in (*reading.metres, *reading.words.get("metre", ())) and "waltz" not in refused:
        return "waltz"
    mood = next(iter(reading.words.get("mood", ())), "")
    if mood in _PIANO_MOODS and reading.words.get("instrument", ()) == ("piano",):
        return "nocturne"
    named = (
        *(_STYLE_OF_CHARACTER.get(word) for word in reading.words.get("character", ())),
        *(_STYLE_OF_ENSEMBLE.get(name) for name in reading.words.get("ensemble", ())),
        _STYLE_OF_MOOD.get(mood),
        *(_STYLE_OF_PLAYER.get(name) for name in reading.words.get("instrument", ())),
    )
    style = next((name for name in named if name and name not in refused), DEFAULT_STYLE)
    notes.append(f"No style named: took {style}.")
    return style


def choose_mood(style: Style, reading: Reading, notes: list[str]) -> str:
    """Choose the mood: the first one named that nothing contradicts."""
    refused = reading.refused.get("mood", ())
    asked = [mood for mood in reading.words.get("mood", ()) if mood not in refused]
    for at, mood in enumerate(asked):
        rivals = [other for other in asked[:at] if MOODS[other].group and MOODS[other].group == MOODS[mood].group]
        if rivals:
            notes.append(f"{rivals[0].capitalize()} and {mood} both asked: took {rivals[0]}.")
    return asked[0] if asked else style.mood


def choose_tonality(
    wish: Wish,
    reading: Reading,
    style: Style,
    mood: str,
    notes: list[str],
    *,
    mode_point: float,
    key_point: float,
    minor: float | None = None,
) -> Tonality:
    """Choose the key: explicit, then named, then by mood, by taste (`minor`), by style and chance (two points 0–1)."""
    if wish.key is not None:
        return asked_key(wish.key)
    if len(reading.tonalities) > 1:
        notes.append(f"Several keys asked ({', '.join(map(_named, reading.tonalities))}): took the first.")
    mode = next(iter(reading.modes), "") or (MOODS[mood].mode if mood in MOODS else "")
    if minor is not None and not reading.modes:
        mode = drawn_mode(style.modes, minor=minor, point=mode_point)
    if not mode:
        weights = [USUAL_MODE_WEIGHT] + [1.0] * (len(style.modes) - 1)
        point = mode_point * sum(weights)
        at = next(at for at in range(len(weights)) if point < sum(weights[: at + 1]) or at == len(weights) - 1)
        mode = style.modes[at]
    if reading.tonalities:
        asked = reading.tonalities[0]
        return asked if asked.mode else Tonality(tonic=asked.tonic, mode=mode if reading.modes else "major")
    return Tonality(tonic=_draw_tonic(mode, key_point), mode=mode)


def _named(tonality: Tonality) -> str:
    """Name a key whose mode may be open."""
    return str(Tonality(tonic=tonality.tonic, mode=tonality.mode or "major"))


def _draw_tonic(mode: str, point: float) -> int:
    """Draw a tonic, preferring keys of few accidentals."""
    home = _HOMES.get(mode, 0)
    tonics = sorted(range(12), key=lambda tonic: (tonic - home) * 7 % 12)
    weights = [_KEY_WEIGHTS[min((tonic - home) * 7 % 12, (home - tonic) * 7 % 12)] for tonic in tonics]
    left = point * sum(weights)
    for tonic, weight in zip(tonics, weights, strict=True):
        left -= weight
        if left < 0:
            return tonic
    return home


def choose_parameters(
    style: Style, reading: Reading, given: Mapping[str, float], mood: str, notes: list[str]
) -> dict[str, float]:
    """Return the parameters: the style's, moved by mood and words, replaced by those given."""
    values = {
        "density": style.density,
        "brightness": 0.5,
        "complexity": style.complexity,
        "swing": style.swing,
        "dynamics": style.dynamics,
        "humanise": style.humanise,
    }
    for name, shift in (MOODS[mood].shifts if mood in MOODS else {}).items():
        values[name] += shift
    for word in reading.words.get("character", ()):
        values.update(CHARACTERS[word])
    values.update({name: value for name, value in given.items() if name in values and math.isfinite(value)})
    ignored = sorted(set(given) - set(LEARNABLE))
    if ignored:
        notes.append(f"Unknown parameters had no effect: {', '.join(ignored)[:120]}.")
    return {name: round(min(1.0, max(0.0, values[name])), 4) for name in PARAMETERS}
