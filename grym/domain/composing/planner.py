"""The rule-based planner: a wish becomes a plan, deterministically and from a documented vocabulary.

Explicit values win over words, words win over the style, the style wins over chance; chance is seeded by the wish.
Every choice a listener might wonder about is stated in `Plan.notes`; no word of the sentence is repeated there, since
the sentence is private and plans are not.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grym.domain.composing.advice import Advice, advised_parameters, filled, followed, unlearned
from grym.domain.composing.choices import (
    PARAMETERS,
    choose_mood,
    choose_parameters,
    choose_style,
    choose_tonality,
)
from grym.domain.composing.form import layout
from grym.domain.composing.formal.choice import require_lawful, told
from grym.domain.composing.naming import read_metre
from grym.domain.composing.orchestration import choose_instruments, decides_players, written_in_voices
from grym.domain.composing.plan import (
    MAX_SECONDS,
    MAX_TEMPO_BPM,
    MIN_SECONDS,
    MIN_TEMPO_BPM,
    Motif,
    Plan,
    SectionPlan,
    Wish,
)
from grym.domain.composing.reading import Reading, both_ways, read
from grym.domain.composing.referring import Continuation, continued, refers_back
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.styles import STYLES, Style
from grym.domain.composing.styles.checking import require_sound
from grym.domain.composing.taste import decided, heeded, told_tastes
from grym.domain.composing.timing import asked_seconds, choose_time, overruled
from grym.domain.composing.words.keys import asked_key
from grym.domain.composing.words.lexicon import style_called
from grym.errors import InvalidRequestError

__all__ = ["MAX_PROMPT_CHARACTERS", "PARAMETERS", "PLANNER", "plan", "validate_wish"]

PLANNER = "rules/1"
MAX_PROMPT_CHARACTERS = 4_000


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
        Learned parameters and tastes 0–1 by name; they replace those of the style where the wish leaves them open.
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
    notes: list[str] = []
    heard = _understood(wish, parameters or {}, advice, notes)
    wish, reading, style, taste = heard.wish, heard.reading, heard.style, heard.taste
    mood = (heard.again and heard.again.mood) or choose_mood(style, reading, notes)
    rng = stream(seed, "plan", wish.prompt, style.name)
    mode_point, key_point, time_point = (float(rng.random()) for _ in range(3))
    points = {"mode_point": mode_point, "key_point": key_point}
    tonality = choose_tonality(wish, reading, style, mood, notes, **points, minor=taste.get("minor"))
    fit = choose_time(wish, reading, style, mood, notes, point=time_point, pace=taste.get("pace"))
    values = _shifted(choose_parameters(style, reading, heard.parameters, mood, notes), heard.again)
    players = stream(seed, "players", wish.prompt, style.name)
    instruments = choose_instruments(style, reading, mood, notes, rng=players, strings=taste.get("strings"))
    definition = written_in_voices(style, reading)
    notes += [*_remembered(motifs), *overruled(wish, reading, style, fit), *_overheard(reading), *told(wish.formal)]
    made = Plan(
        title=_title(style, tonality, wish, seed),
        style=style.name,
        mood=mood,
        tempo_bpm=fit.tempo_bpm,
        metre=fit.metre,
        tonality=tonality,
        seconds=fit.plan_seconds,
        sections=_sections(fit.bars, style, fit.seconds / fit.bars, values["dynamics"], reading),
        instruments=instruments,
        parameters=values,
        notes=tuple(notes),
        planner=PLANNER,
        definition=definition or wish.definition,
        loop=reading.loop,
        hold_s=0.0 if reading.loop else fit.hold_s,
        formal=wish.formal,
        asked=heard.asked,
    )
    made = replace(made, notes=(*made.notes, *told_tastes(made, taste)))
    return followed(
        made,
        heard.advice,
        prompt=wish.prompt,
        fixed_form=reading.loop or style.satb or bool((definition or style).writing),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Understood:
    """What a wish, whoever advises and what was learned come to before anything is chosen by chance.

    Parameters
    ----------
    asked
        Parameters and tastes that the wish decides.
    taste
        What was learned, as far as the wish leaves it open.
    parameters
        The same with what is advised and what is taken over from the last piece.
    """

    wish: Wish
    reading: Reading
    again: Continuation | None
    advice: Advice | None
    style: Style
    asked: tuple[str, ...]
    taste: Mapping[str, float]
    parameters: Mapping[str, float]


def _understood(wish: Wish, learned: Mapping[str, float], advice: Advice | None, notes: list[str]) -> _Understood:
    """Return what is asked for: the wish wins over what was learned, and that over advice."""
    said = read(wish.prompt)
    again = continued(wish, said)
    if again is not None:
        wish, advice = again.wish, None  # another go at a known piece is about that piece
        notes.append(again.note)
    elif refers_back(wish.prompt):
        notes.append("No last piece to refer to is known.")
    advice = unlearned(advice, learned)
    reading = filled(said, advice)
    style = choose_style(wish, reading, notes)
    asked = decided(wish, said, players=decides_players(style, said))
    taste = heeded(learned, asked=asked)
    taken = again.parameters if again else advised_parameters(said, advice)
    return _Understood(
        wish=wish,
        reading=reading,
        again=again,
        advice=advice,
        style=style,
        asked=asked,
        taste=taste,
        parameters={**taken, **taste},
    )


def _remembered(motifs: Sequence[Motif]) -> Iterator[str]:
    """Say that remembered ideas are used."""
    if motifs:
        yield f"Builds on {len(motifs)} remembered motif{'s' * (len(motifs) > 1)}."


def _overheard(reading: Reading) -> Iterator[str]:
    """Say what of the sentence has no effect."""
    for name in both_ways(reading):
        yield f"With {name} and without both asked: took without."
    if reading.solo and reading.words.get("role"):
        yield "A soloist and others both asked: took the soloist."
    if reading.unknown:
        yield f"Words of the sentence outside the vocabulary, without effect: {reading.unknown}."


def validate_wish(wish: Wish) -> None:
    """Refuse a wish that asks for something impossible.

    Raises
    ------
    InvalidRequestError
        With the codes ``request.prompt_empty``, ``request.prompt_too_long``, ``request.seconds``, ``request.bars``,
        ``request.style``, ``request.tempo``, ``request.key``, ``request.metre``, ``style.invalid``,
        ``formal.invalid`` or ``formal.sieve``, and a hint.
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
    require_lawful(wish.formal)
    reading = read(wish.prompt)
    _validate_style(wish)
    _validate_numbers(wish, reading)
    if wish.key is not None:
        asked_key(wish.key)
    for metre in (wish.metre,) if wish.metre is not None else reading.metres:
        read_metre(metre)
    if wish.seconds is None and reading.lengths_bars and not reading.lengths_s:
        _validate_bars(wish, reading)


def _validate_style(wish: Wish) -> None:
    """Refuse a style that is not known or that breaks a rule."""
    if wish.definition is not None:
        require_sound(wish.definition)
    elif wish.style is not None and style_called(wish.style) is None:
        raise InvalidRequestError(
            "The style asked for is not known.",
            code="request.style",
            hint=f"Ask for one of: {', '.join(sorted(STYLES))}; or give a style file.",
        )


def _validate_numbers(wish: Wish, reading: Reading) -> None:
    """Refuse a length or a tempo out of bounds."""
    seconds = asked_seconds(wish, reading)
    if seconds is not None and not (math.isfinite(seconds) and MIN_SECONDS <= seconds <= MAX_SECONDS):
        raise InvalidRequestError(
            f"A piece cannot last {seconds:g} seconds.",
            code="request.seconds",
            hint=f"Ask for {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.",
        )
    for tempo_bpm in (wish.tempo_bpm,) if wish.tempo_bpm is not None else reading.tempi_bpm:
        if not math.isfinite(tempo_bpm) or not MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM:
            raise InvalidRequestError(
                f"{tempo_bpm:g} quarter notes a minute cannot be played.",
                code="request.tempo",
                hint=f"Ask for {MIN_TEMPO_BPM:g} to {MAX_TEMPO_BPM:g}.",
            )


def _validate_bars(wish: Wish, reading: Reading) -> None:
    """Refuse bars that would last too long or too short, by planning their time."""
    style = choose_style(wish, reading, [])
    choose_time(wish, reading, style, style.mood, [], point=0.5)


def _shifted(values: dict[str, float], again: Continuation | None) -> dict[str, float]:
    """Return parameters moved by what comparatives ask for."""
    shifts = again.shifts if again else {}
    return {name: round(min(1.0, max(0.0, value + shifts.get(name, 0.0))), 4) for name, value in values.items()}


def _sections(bars: int, style: Style, bar_s: float, dynamics: float, reading: Reading) -> tuple[SectionPlan, ...]:
    """Lay out the form; a loop has no beginning and no end, so it is one section, or the body of the form."""
    found = layout(bars, family=style.form, bar_s=bar_s, dynamics=dynamics)
    if not reading.loop:
        return found
    if bars <= 8 or {one.name for one in found} & {"intro", "coda"}:
        return (SectionPlan(name="A", bars=bars, intensity=0.6),)
    return found


def _title(style: Style, tonality: Tonality, wish: Wish, seed: int) -> str:
    """Name the piece by its genre, key and a number that stands for this wish and seed."""
    digest = hashlib.sha256(f"{seed}\x1f{wish.prompt}".encode()).digest()
    opus, number = 1 + int.from_bytes(digest[:4], "big") % 999, 1 + digest[4] % 12
    return f"{style.name.capitalize()} in {tonality}, Op. {opus} No. {number}"
