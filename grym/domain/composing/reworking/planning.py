"""Plans of pieces that are made from a source: what the source says fills in what was not asked for.

What is asked for explicitly wins; for a piece in the manner of a reference the words of the sentence win too. What is
reworked keeps tempo, metre and length of its source, whatever a sentence says of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from grym.domain.composing.fitting import bar_seconds
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.manner.heard_styles import BRIGHTNESS_HZ
from grym.domain.composing.plan import MAX_SECONDS, MIN_SECONDS, Instrument, Plan, SectionPlan, Wish
from grym.domain.composing.reading import read
from grym.domain.composing.reworking.source import LONGEST_S, MOST_PARTS, Rework, SourceFacts
from grym.domain.composing.score import Role
from grym.domain.composing.styles.finding import style_of
from grym.errors import InvalidRequestError

GIVEN = "given"
THEME, VARIATION = "theme", "variation"
_SECTION_BARS = 8
_TITLES = {
    "continue": "Continuation", "vary": "Variations", "harmonise": "Harmonisation", "arrange": "Arrangement",
}  # fmt: skip
_USUAL_VARIATIONS = 3
_MOST_PLAYERS = 10
_BRIGHTNESS_AN_OCTAVE = 0.3
"""Of the parameter, for a recording an octave brighter than its style: it moves the tune, which is part of that."""


def guided(wish: Wish, facts: SourceFacts, rework: Rework) -> Wish:
    """Return the wish with what its source says where it says nothing itself."""
    reading = read(wish.prompt)
    free = rework.verb == "reference"
    named = bool(reading.words.get("style")) and rework.verb not in {"continue", "vary"}
    keeps_style = wish.style is not None or wish.definition is not None or named
    in_words = any(reading.words.get(kind) for kind in ("tempo", "slow", "fast"))
    keeps_tempo = wish.tempo_bpm is not None or (free and (bool(reading.tempi_bpm) or in_words))
    keeps_metre = free and bool(wish.metre or reading.metres or reading.words.get("metre"))
    keeps_key = wish.key is not None or (free and bool(reading.tonalities or reading.modes))
    made = facts.definition if free else None
    return replace(
        wish,
        style=wish.style if keeps_style else None if made else facts.style,
        definition=wish.definition if keeps_style else made,
        tempo_bpm=wish.tempo_bpm if keeps_tempo else facts.tempo_bpm,
        metre=wish.metre if keeps_metre else str(facts.metre),
        key=wish.key if keeps_key else str(facts.tonality),
        seconds=wish.seconds if free or rework.verb in {"continue", "vary"} else _possible(facts.seconds),
    )


def fitted(plan: Plan, facts: SourceFacts, rework: Rework) -> Plan:
    """Return the plan with the sections, players and habits that its source asks for.

    Raises
    ------
    InvalidRequestError
        ``request.instruments`` for players that are not known, ``request.seconds`` where the piece would be too long.
    """
    if rework.verb == "reference":
        groove = _groove(plan, facts)
        notes = (*plan.notes, f"Made after a reference: {facts.tempo_bpm:g} BPM, {facts.metre}, {facts.tonality}.")
        return replace(
            plan, parameters={**plan.parameters, **groove}, notes=notes, instruments=_cast(plan, facts, rework)
        )
    bar_s = bar_seconds(plan.metre, plan.tempo_bpm)
    sections = _SECTIONS[rework.verb](plan, facts, rework, bar_s)
    hold_s = plan.hold_s if rework.verb == "continue" else 0.0
    seconds = sum(section.bars for section in sections) * bar_s + hold_s
    if seconds > MAX_SECONDS:
        raise InvalidRequestError(
            f"The piece would last {seconds:.0f} seconds.",
            code="request.seconds",
            hint=f"Ask for at most {MAX_SECONDS:g} seconds, or send less of the piece.",
        )
    asked = (*plan.asked, "strings") if keeps_players(rework) and "strings" not in plan.asked else plan.asked
    return replace(
        plan,
        title=_title(plan, facts, rework),
        sections=sections,
        seconds=seconds,
        hold_s=hold_s,
        loop=False,
        instruments=_cast(plan, facts, rework),
        asked=asked,
        notes=(*plan.notes, *_refitted(plan, rework)),
    )


def _title(plan: Plan, facts: SourceFacts, rework: Rework) -> str:
    """Return a title that names the style only where it was asked for: one that was guessed names nothing."""
    guessed = f"{plan.style.capitalize()} in "
    if rework.styled or plan.style != facts.style or not plan.title.startswith(guessed):
        return plan.title
    return f"{_TITLES[rework.verb]} in {plan.title.removeprefix(guessed)}"


def _refitted(plan: Plan, rework: Rework) -> Iterator[str]:
    """Say where a style plays in a metre that is not its own."""
    metres = style_of(plan).metres
    if rework.verb in {"harmonise", "arrange"} and not rework.as_is and str(plan.metre) not in metres:
        usual = " or ".join(metres)
        yield f"{plan.style.capitalize()} is in {usual}; its patterns are fitted to the source's {plan.metre}."


def keeps_players(rework: Rework) -> bool:
    """Tell whether who plays is named or is as in the source, so that no taste for other players counts."""
    return bool(rework.instruments) or rework.verb in {"continue", "vary"} or rework.as_is


def _groove(plan: Plan, facts: SourceFacts) -> dict[str, float]:
    """Return the parameters that are the reference's."""
    density = {"density": (plan.parameters.get("density", 0.5) + facts.density) / 2}
    if facts.made_of != "sound":
        return {**density, "swing": facts.swing}
    usual_hz = BRIGHTNESS_HZ[facts.style]
    octaves = math.log2(max(1.0, facts.traits.get("brightness_hz", usual_hz)) / usual_hz)
    brightness = plan.parameters.get("brightness", 0.5) + _BRIGHTNESS_AN_OCTAVE * octaves
    swing = {"swing": facts.swing} if facts.definition is not None else {}
    return {**density, **swing, "brightness": round(min(1.0, max(0.0, brightness)), 2)}


def require_fitting(facts: SourceFacts, rework: Rework) -> None:
    """Refuse what cannot be made of a source, whatever the plan.

    Raises
    ------
    InvalidRequestError
        ``request.bars``, ``request.instruments``, ``score.too_long`` or ``score.no_melody``.
    """
    if rework.last_bar > facts.bars:
        raise InvalidRequestError(
            f"The source has {facts.bars} bars.", code="request.bars", hint=f"Write --bars 1-{facts.bars} or less."
        )
    _named(rework.instruments)
    if rework.verb != "reference" and facts.seconds > LONGEST_S:
        raise InvalidRequestError(
            f"The source lasts {facts.seconds:.0f} seconds.",
            code="score.too_long",
            hint=f"Send at most {LONGEST_S:g} seconds of it.",
        )
    if not rework.as_is and all(one.percussion for one in facts.players):
        raise InvalidRequestError(
            "The source has drums only.", code="score.no_melody", hint="Send a piece that has a melody."
        )


def _possible(seconds: float) -> float:
    """Return a length that can be planned; the sections set it right."""
    return min(MAX_SECONDS, max(MIN_SECONDS, seconds))


def _cast(plan: Plan, facts: SourceFacts, rework: Rework) -> tuple[Instrument, ...]:
    """Return who plays: those that were named, else those of the source, else those of the style."""
    if rework.instruments:
        return _named(rework.instruments)
    if keeps_players(rework):
        return _from_source(facts)
    if rework.verb == "harmonise":
        return _with_lead(plan, facts)
    return plan.instruments


def _from_source(facts: SourceFacts) -> tuple[Instrument, ...]:
    """Return the players of the source."""
    return facts.players[:MOST_PARTS] or (Instrument(role="melody", name="piano", program=0),)


def _with_lead(plan: Plan, facts: SourceFacts) -> tuple[Instrument, ...]:
    """Return the style's players under whoever has the melody in the source."""
    lead = next((one for one in facts.players if one.role == "melody"), None)
    others = tuple(one for one in plan.instruments if one.role != "melody")
    kept = lead or next(one for one in plan.instruments if one.role == "melody")
    if not {"chords", "pad"} & {one.role for one in others}:
        others = (*others, Instrument(role="chords", name="piano", program=0))
    if "bass" not in {one.role for one in others}:
        others = (*others, Instrument(role="bass", name="double bass", program=32))
    return (kept, *others)


def _named(names: Sequence[str]) -> tuple[Instrument, ...]:
    """Turn names of players into players: each has the first role it suits that is still free."""
    unknown = [name for name in names if name not in VOICES]
    if unknown:
        raise InvalidRequestError(
            f"{unknown[0][:40]!r} is no instrument of grym.",
            code="request.instruments",
            hint="Such as: " + ", ".join(sorted(VOICES)[:12]) + ".",
        )
    found: list[Instrument] = []
    for name in names[:_MOST_PLAYERS]:
        voice = VOICES[name]
        taken = {one.role for one in found}
        found.append(
            Instrument(
                role=_free_role(voice.role, taken), name=name, program=voice.program, percussion=voice.percussion
            )
        )
    if found and "melody" not in {one.role for one in found}:
        at = next((at for at, one in enumerate(found) if not one.percussion), 0)
        found[at] = replace(found[at], role="melody")
    return tuple(found)


def _free_role(own: Role, taken: set[Role]) -> Role:
    """Return the role a player takes: the tune where nobody has it, then chords, then a counter melody."""
    if own in {"bass", "drums"}:
        return own
    order: tuple[Role, ...] = ("melody", "chords", "counter", "pad")
    return next((role for role in order if role not in taken), "chords")


def _continued(plan: Plan, facts: SourceFacts, rework: Rework, bar_s: float) -> tuple[SectionPlan, ...]:
    """Return the given bars and the sections that were planned to follow."""
    del bar_s
    given = () if rework.only_new else (SectionPlan(name=GIVEN, bars=facts.bars, intensity=0.5),)
    return (*given, *_going_on(plan.sections))


def _going_on(sections: Sequence[SectionPlan]) -> tuple[SectionPlan, ...]:
    """Return sections without an introduction: a piece that goes on has begun."""
    if len(sections) > 1 and sections[0].name == "intro":
        first = replace(sections[1], bars=sections[1].bars + sections[0].bars)
        return (first, *sections[2:])
    return tuple(sections)


def _varied(plan: Plan, facts: SourceFacts, rework: Rework, bar_s: float) -> tuple[SectionPlan, ...]:
    """Return the theme and its variations, or the whole with the bars that are made anew."""
    del plan
    if rework.first_bar:
        cuts = (rework.first_bar - 1, rework.last_bar - rework.first_bar + 1, facts.bars - rework.last_bar)
        names = (GIVEN, VARIATION, GIVEN)
        return tuple(SectionPlan(name=n, bars=bars, intensity=0.5) for n, bars in zip(names, cuts, strict=True) if bars)
    theme_s = facts.bars * bar_s
    most = max(1, math.floor(MAX_SECONDS / theme_s) - 1)
    count = min(_USUAL_VARIATIONS, most)
    return tuple(
        SectionPlan(name=THEME if at == 0 else VARIATION, bars=facts.bars, intensity=0.4 + 0.15 * min(at, 3))
        for at in range(count + 1)
    )


def _whole(plan: Plan, facts: SourceFacts, rework: Rework, bar_s: float) -> tuple[SectionPlan, ...]:
    """Return the source in sections of eight bars; what is left over belongs to the last."""
    del plan, rework, bar_s
    count = max(1, facts.bars // _SECTION_BARS)
    lengths = [_SECTION_BARS] * (count - 1) + [facts.bars - _SECTION_BARS * (count - 1)]
    return tuple(SectionPlan(name="A", bars=bars, intensity=0.5) for bars in lengths)


_SECTIONS = {"continue": _continued, "vary": _varied, "harmonise": _whole, "arrange": _whole}
