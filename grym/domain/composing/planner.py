"""The rule-based planner: a wish becomes a plan, deterministically and from a documented vocabulary.

Explicit values win over words, words win over the style, the style wins over chance; chance is seeded by the wish.
Every choice a listener might wonder about is stated in `Plan.notes`; no word of the sentence is repeated there, since
the sentence is private and plans are not.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grym.domain.composing.advice import Advice, advised_parameters, filled, followed
from grym.domain.composing.fitting import LENGTH_TOLERANCE, Fit, bar_seconds, fit_bars
from grym.domain.composing.form import layout
from grym.domain.composing.metrics import is_compound
from grym.domain.composing.naming import read_key, read_metre
from grym.domain.composing.orchestration import choose_instruments
from grym.domain.composing.plan import (
    MAX_SECONDS,
    MAX_TEMPO_BPM,
    MIN_SECONDS,
    MIN_TEMPO_BPM,
    USUAL_SECONDS,
    Motif,
    Plan,
    Wish,
)
from grym.domain.composing.reading import Reading, read
from grym.domain.composing.referring import continued, refers_back
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import pick, stream
from grym.domain.composing.styles import DEFAULT_STYLE, STYLES, Style
from grym.domain.composing.styles.checking import require_sound
from grym.domain.composing.vocabulary import CHARACTERS, FAST_WORDS, METRE_WORDS, MOODS, SLOW_WORDS, TEMPO_WORDS
from grym.errors import InvalidRequestError

PLANNER = "rules/1"
MAX_PROMPT_CHARACTERS = 4_000
PARAMETERS = ("density", "brightness", "complexity", "swing", "dynamics", "humanise")

# How far an unrequested tempo may move from the usual one so that whole bars fill the time.
_TEMPO_SLACK = 0.09
# Shorter pieces take the metre with the shortest bars, so that there is room for a phrase.
_FEWEST_BARS = 4
# Common keys are drawn more often: few accidentals read and lie well (weights by distance on the circle of fifths).
_KEY_WEIGHTS = {0: 4.0, 1: 4.0, 2: 3.5, 3: 3.0, 4: 2.0, 5: 1.0, 6: 0.5}

# A piano in such a mood plays nocturnes.
_PIANO_MOODS = frozenset({"calm", "sad", "romantic", "dreamy", "tender", "nostalgic"})


def plan(
    wish: Wish,
    *,
    seed: int,
    parameters: Mapping[str, float] | None = None,
    motifs: Sequence[Motif] = (),
    advice: Advice | None = None,
) -> Plan:
    """Plan a piece for a wish.

    Parameters
    ----------
    seed
        Chooses where the wish leaves a choice.
    parameters
        Learned or requested parameters 0–1 by name; they replace those of the style.
    motifs
        Recalled melodic ideas; they are named in the notes and used by the composer.
    advice
        What somebody else suggests; it fills in what the wish leaves open.

    Raises
    ------
    InvalidRequestError
        When the wish asks for something impossible (see `validate_wish`).
    """
    validate_wish(wish)
    reading = read(wish.prompt)
    parameters = {**advised_parameters(reading, advice), **(parameters or {})}
    reading = filled(reading, advice)
    if wish.seconds is None:
        wish = replace(wish, seconds=reading.lengths_s[0] if reading.lengths_s else USUAL_SECONDS)
    assert wish.seconds is not None
    notes: list[str] = []
    again = continued(wish, reading)
    if again is not None:
        wish, parameters = again.wish, {**again.parameters, **(parameters or {})}
        notes.append(again.note)
    elif refers_back(wish.prompt):
        notes.append("No last piece to refer to is known.")
    style = _style(wish, reading, notes)
    mood = (again and again.mood) or _mood(style, reading, notes)
    rng = stream(seed, "plan", wish.prompt, style.name)
    tonality = _tonality(wish, reading, style, mood, notes, rng_point=float(rng.random()), rng_key=float(rng.random()))
    fit = _fit(wish, reading, style, mood, notes, rng_point=float(rng.random()))
    values = _parameters(style, reading, parameters or {}, mood, notes)
    for name, shift in (again.shifts if again else {}).items():
        values[name] = round(min(1.0, max(0.0, values[name] + shift)), 4)
    instruments = choose_instruments(style, reading, mood, notes, rng=stream(seed, "players", wish.prompt, style.name))
    bar_s = fit.seconds / fit.bars
    if motifs:
        notes.append(f"Builds on {len(motifs)} remembered motif{'s' * (len(motifs) > 1)}.")
    notes += _contradictions(wish, reading, style, fit)
    if reading.unknown:
        notes.append(f"Words of the sentence outside the vocabulary, without effect: {reading.unknown}.")
    if any(abs(length - wish.seconds) > LENGTH_TOLERANCE * wish.seconds for length in reading.lengths_s):
        notes.append(f"The sentence names another length; the length of the request counts: {wish.seconds:g} s.")
    made = Plan(
        title=_title(style, tonality, wish, seed),
        style=style.name,
        mood=mood,
        tempo_bpm=fit.tempo_bpm,
        metre=fit.metre,
        tonality=tonality,
        seconds=fit.plan_seconds,
        sections=layout(fit.bars, family=style.form, bar_s=bar_s, dynamics=values["dynamics"]),
        instruments=instruments,
        parameters=values,
        notes=tuple(notes),
        planner=PLANNER,
        definition=wish.definition,
    )
    return followed(made, advice, prompt=wish.prompt, fixed_form=bool(style.writing) or style.satb)


def validate_wish(wish: Wish) -> None:
    """Refuse a wish that asks for something impossible.

    Raises
    ------
    InvalidRequestError
        With the codes ``request.prompt_empty``, ``request.prompt_too_long``, ``request.seconds``, ``request.style``,
        ``request.tempo``, ``request.key`` or ``request.metre``, and a hint.
    """
    if not wish.prompt.strip():
        raise InvalidRequestError(
            "The request has no sentence.",
            code="request.prompt_empty",
            hint="Say what you want: 'a calm piano nocturne'.",
        )
    if len(wish.prompt) > MAX_PROMPT_CHARACTERS:
        raise InvalidRequestError(
            f"The sentence has {len(wish.prompt)} characters.",
            code="request.prompt_too_long",
            hint=f"Use at most {MAX_PROMPT_CHARACTERS} characters.",
        )
    if wish.definition is not None:
        require_sound(wish.definition)
    reading = read(wish.prompt)
    lengths = (wish.seconds,) if wish.seconds is not None else reading.lengths_s[:1]
    if not all(math.isfinite(seconds) and MIN_SECONDS <= seconds <= MAX_SECONDS for seconds in lengths):
        raise InvalidRequestError(
            f"A piece cannot last {lengths[0]:g} seconds.",
            code="request.seconds",
            hint=f"Ask for {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.",
        )
    if wish.style is not None and not read(wish.style).words.get("style"):
        raise InvalidRequestError(
            "The style asked for is not known.",
            code="request.style",
            hint=f"Ask for one of: {', '.join(sorted(STYLES))}.",
        )
    tempi = (wish.tempo_bpm,) if wish.tempo_bpm is not None else reading.tempi_bpm
    for tempo_bpm in tempi:
        if not math.isfinite(tempo_bpm) or not MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM:
            raise InvalidRequestError(
                f"{tempo_bpm:g} quarter notes a minute cannot be played.",
                code="request.tempo",
                hint=f"Ask for {MIN_TEMPO_BPM:g} to {MAX_TEMPO_BPM:g}.",
            )
    if wish.key is not None:
        read_key(wish.key)
    for metre in (wish.metre,) if wish.metre is not None else reading.metres:
        read_metre(metre)


def _style(wish: Wish, reading: Reading, notes: list[str]) -> Style:
    """Choose the style: brought along, explicit, then the first one named."""
    if wish.definition is not None:
        return wish.definition
    if wish.style is not None:
        return STYLES[read(wish.style).words["style"][0]]
    asked = [name for name in reading.words.get("style", ()) if name not in reading.refused.get("style", ())]
    if len(asked) > 1:
        notes.append(f"Several styles asked ({', '.join(asked)}): took {asked[0]}.")
    if asked:
        return STYLES[asked[0]]
    if "3/4" in reading.metres or "waltz time" in reading.words.get("metre", ()):
        return STYLES["waltz"]
    mood = next(iter(reading.words.get("mood", ())), "")
    if mood in _PIANO_MOODS and "piano" in reading.words.get("instrument", ()):
        return STYLES["nocturne"]
    style = {"epic": "cinematic", "dreamy": "ambient", "angry": "rock", "tense": "cinematic", "dark": "cinematic"}.get(
        mood
    )
    style = style or _style_of_instruments(reading) or DEFAULT_STYLE
    notes.append(f"No style named: took {style}.")
    return STYLES[style]


def _style_of_instruments(reading: Reading) -> str | None:
    """Guess the style from who plays."""
    homes = {
        "organ": "chorale", "choir": "chorale", "synth lead": "synthwave", "harmonica": "blues", "saxophone": "jazz",
        "music box": "lullaby", "banjo": "folk", "tin whistle": "folk", "distorted guitar": "rock",
        "accordion": "waltz",
        "acoustic guitar": "folk", "electric piano": "lo-fi", "drums": "pop", "electric guitar": "rock",
        "square lead": "synthwave", "strings": "cinematic", "french horn": "cinematic", "brass": "march",
    }  # fmt: skip
    ensembles = {"jazz trio": "jazz", "rock band": "rock"}
    named = (*reading.words.get("ensemble", ()), *reading.words.get("instrument", ()))
    return next((home for name in named if (home := ensembles.get(name) or homes.get(name))), None)


def _mood(style: Style, reading: Reading, notes: list[str]) -> str:
    """Choose the mood: the first one named that nothing contradicts."""
    refused = reading.refused.get("mood", ())
    asked = [mood for mood in reading.words.get("mood", ()) if mood not in refused]
    for at, mood in enumerate(asked):
        rivals = [other for other in asked[:at] if MOODS[other].group and MOODS[other].group == MOODS[mood].group]
        if rivals:
            notes.append(f"{rivals[0].capitalize()} and {mood} both asked: took {rivals[0]}.")
    return asked[0] if asked else style.mood


def _tonality(
    wish: Wish, reading: Reading, style: Style, mood: str, notes: list[str], *, rng_point: float, rng_key: float
) -> Tonality:
    """Choose the key: explicit, then named, then by mood, style and chance."""
    if wish.key is not None:
        return read_key(wish.key)
    if len(reading.tonalities) > 1:
        notes.append(f"Several keys asked ({', '.join(map(_named, reading.tonalities))}): took the first.")
    mode = next(iter(reading.modes), "") or (MOODS[mood].mode if mood in MOODS else "")
    if not mode:
        weights = [2.5] + [1.0] * (len(style.modes) - 1)
        point = rng_point * sum(weights)
        at = next(at for at in range(len(weights)) if point < sum(weights[: at + 1]) or at == len(weights) - 1)
        mode = style.modes[at]
    if reading.tonalities:
        asked = reading.tonalities[0]
        return asked if asked.mode else Tonality(tonic=asked.tonic, mode=mode if reading.modes else "major")
    return Tonality(tonic=_draw_tonic(mode, rng_key), mode=mode)


def _named(tonality: Tonality) -> str:
    """Name a key whose mode may be open."""
    return str(Tonality(tonic=tonality.tonic, mode=tonality.mode or "major"))


def _draw_tonic(mode: str, point: float) -> int:
    """Draw a tonic, preferring keys of few accidentals."""
    home = {"minor": 9, "dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "locrian": 11}.get(mode, 0)
    tonics = sorted(range(12), key=lambda tonic: (tonic - home) * 7 % 12)
    weights = [_KEY_WEIGHTS[min((tonic - home) * 7 % 12, (home - tonic) * 7 % 12)] for tonic in tonics]
    left = point * sum(weights)
    for tonic, weight in zip(tonics, weights, strict=True):
        left -= weight
        if left < 0:
            return tonic
    return home


def _fit(wish: Wish, reading: Reading, style: Style, mood: str, notes: list[str], *, rng_point: float) -> Fit:
    """Choose tempo, metre and bars so that whole bars fill the time."""
    metre = _asked_metre(wish, reading, notes)
    tempo_bpm = wish.tempo_bpm
    if tempo_bpm is None and reading.tempi_bpm:
        tempo_bpm = reading.tempi_bpm[0]
        if len(set(reading.tempi_bpm)) > 1:
            notes.append("Several tempi asked: took the first.")
    metres = [metre] if metre else [read_metre(text) for text in style.metres]
    if tempo_bpm is not None:
        # A tempo in numbers counts quarters, so the pulse should be one where the metre is free.
        metres = metres if metre else [one for one in metres if not is_compound(one)] or metres
        spares = [] if metre else [Metre(beats=2, unit=4), Metre(beats=3, unit=4)]
        if metre and is_compound(metre):
            notes.append("The tempo counts quarter notes; the pulse of this metre is a dotted quarter.")
        return fit_bars(
            wish.seconds,
            metres=metres,
            spares=spares,
            slowest_bpm=tempo_bpm,
            usual_bpm=tempo_bpm,
            fastest_bpm=tempo_bpm,
            notes=notes,
        )
    usual = _usual_tempo(style, reading, mood, notes)
    # The usual tempo is where the style's pieces gather; each piece lies somewhere about it.
    usual *= 1 + (rng_point - 0.5) * 0.14
    weights = (3, *(1 for _ in metres[1:]))
    chosen = pick(stream(int(rng_point * 1e9), "metre"), metres, weights)
    if wish.seconds / bar_seconds(chosen, usual) < _FEWEST_BARS:
        chosen = min(metres, key=lambda one: one.bar_ticks)
    return fit_bars(
        wish.seconds,
        metres=[chosen],
        spares=[],
        slowest_bpm=max(MIN_TEMPO_BPM, usual * (1 - _TEMPO_SLACK)),
        usual_bpm=usual,
        fastest_bpm=min(MAX_TEMPO_BPM, usual * (1 + _TEMPO_SLACK)),
        notes=notes,
    )


def _contradictions(wish: Wish, reading: Reading, style: Style, fit: Fit) -> list[str]:
    """Name wishes that the chosen numbers overrule: words of tempo, the metre of a dance, company for a soloist."""
    found = []
    in_numbers = wish.tempo_bpm is not None or bool(reading.tempi_bpm)
    slowest, _, fastest = style.tempo_bpm
    if in_numbers and reading.words.get("slow") and fit.tempo_bpm > fastest:
        found.append(f"Slow and {fit.tempo_bpm:g} bpm both asked: took {fit.tempo_bpm:g} bpm.")
    if in_numbers and reading.words.get("fast") and fit.tempo_bpm < slowest:
        found.append(f"Fast and {fit.tempo_bpm:g} bpm both asked: took {fit.tempo_bpm:g} bpm.")
    if style.name == "waltz" and fit.metre.beats % 3:
        found.append(f"A waltz has three beats, and {fit.metre} was asked: took {fit.metre}.")
    if reading.solo and reading.words.get("role"):
        found.append("A soloist and others both asked: took the soloist.")
    return found


def _asked_metre(wish: Wish, reading: Reading, notes: list[str]) -> Metre | None:
    """Return the metre asked for, if any."""
    if wish.metre is not None:
        return read_metre(wish.metre)
    asked = [*reading.metres, *(METRE_WORDS[word] for word in reading.words.get("metre", ()))]
    if len(set(asked)) > 1:
        notes.append(f"Several metres asked ({', '.join(dict.fromkeys(asked))}): took {asked[0]}.")
    return read_metre(asked[0]) if asked else None


def _usual_tempo(style: Style, reading: Reading, mood: str, notes: list[str]) -> float:
    """Return the tempo that words, mood and style ask for, in quarter notes a minute."""
    slowest, usual, fastest = style.tempo_bpm
    # "not too fast" asks for the slow side, "not slow" for the fast one.
    slow = [*reading.words.get("slow", ()), *(["slow"] if reading.refused.get("fast") else [])]
    fast = [*reading.words.get("fast", ()), *(["fast"] if reading.refused.get("slow") else [])]
    named = reading.words.get("tempo", ())
    if slow and fast:
        notes.append("Fast and slow both asked: took slow.")
    if named:
        if len(named) > 1:
            notes.append(f"Several tempi asked ({', '.join(named)}): took {named[0]}.")
        return TEMPO_WORDS[named[0]]
    factor = SLOW_WORDS[slow[0]] if slow else FAST_WORDS[fast[0]] if fast else 1.0
    if factor == 1.0 and mood in MOODS:
        return min(fastest, max(slowest, usual * MOODS[mood].tempo_factor))
    return min(fastest * 1.15, max(slowest * 0.85, usual * factor))


def _parameters(
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
    ignored = sorted(set(given) - set(values))
    if ignored:
        notes.append(f"Unknown parameters had no effect: {', '.join(ignored)[:120]}.")
    return {name: round(min(1.0, max(0.0, values[name])), 4) for name in PARAMETERS}


def _title(style: Style, tonality: Tonality, wish: Wish, seed: int) -> str:
    """Name the piece by its genre, key and a number that stands for this wish and seed."""
    digest = hashlib.sha256(f"{seed}\x1f{wish.prompt}".encode()).digest()
    opus, number = 1 + int.from_bytes(digest[:4], "big") % 999, 1 + digest[4] % 12
    return f"{style.name.capitalize()} in {tonality}, Op. {opus} No. {number}"
