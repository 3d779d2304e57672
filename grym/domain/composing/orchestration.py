"""Who plays: instruments for the roles of a style, changed by what the sentence asks for and refuses."""

from dataclasses import replace

import numpy as np

from grym.domain.composing.bowing import BOWED, USUAL_PLAYER_WEIGHT, with_strings
from grym.domain.composing.instruments import VOICES, Voice
from grym.domain.composing.plan import Instrument
from grym.domain.composing.reading import Reading
from grym.domain.composing.score import Role
from grym.domain.composing.seeds import pick
from grym.domain.composing.styles import Style
from grym.domain.composing.vocabulary import ENSEMBLES, OF_VOICES

_ROLES: tuple[Role, ...] = ("melody", "counter", "chords", "pad", "bass", "drums")
_VOICES: tuple[Role, ...] = ("melody", "counter", "chords", "bass")
# Instruments on which one player sounds whole chords.
_CHORDAL = frozenset(
    {
        "piano", "honky-tonk piano", "electric piano", "harpsichord", "clavinet", "celesta", "music box", "vibraphone",
        "marimba", "organ", "hammond organ", "accordion", "bandoneon", "nylon guitar", "acoustic guitar",
        "jazz guitar", "electric guitar", "harp", "banjo", "polysynth", "kalimba", "distorted guitar", "strings",
        "choir", "brass", "koto", "dulcimer", "steel drums", "pizzicato strings", "synth strings", "warm pad",
        "sweep pad",
    }
)  # fmt: skip
# Low instruments of one voice that play the bass where nobody else does.
_LOW = frozenset({"cello", "bassoon", "trombone", "baritone saxophone", "tuba"})
# Percussion that was not asked for stays away from moods like these.
_QUIET_MOODS = frozenset({"calm", "sad", "tender", "dreamy", "solemn"})
_MOST_PLAYERS = 10


def choose_instruments(
    style: Style,
    reading: Reading,
    mood: str,
    notes: list[str],
    *,
    rng: np.random.Generator,
    strings: float | None = None,
) -> tuple[Instrument, ...]:
    """Choose an instrument for every role the piece will have, in the order of `Role`.

    Everybody who is asked for plays: those for whom no role is left double one.

    Parameters
    ----------
    notes
        Receives a sentence where a wish could not be met.
    strings
        Learned share 0–1 of the pitched parts for bowed strings; None leaves it to the style.
    """
    cast = _of_style(style, mood, rng=rng)
    for name in reading.words.get("ensemble", ()):
        cast = {role: ENSEMBLES[name][role] for role in _ROLES if role in ENSEMBLES[name]}
    asked = [VOICES[name] for name in reading.words.get("instrument", ())]
    wanted = _of_wishes(asked, style, few=reading.solo or reading.only or reading.written_for)
    cast = _company(cast, wanted, reading, alone=_plays_alone(asked, style, reading))
    if "drums" in reading.words.get("role", ()) and not reading.solo:
        cast["drums"] = "drums"
    if _plays_all_voices(asked, style, reading):
        cast = dict.fromkeys(_VOICES, asked[0].name)
    elif reading.solo and len(asked) <= 1:
        cast = _soloist(cast)
    _refuse(cast, style, reading, notes)
    if strings is not None and not decides_players(style, reading):
        refused = frozenset(name for name in BOWED if _refused_by(name, reading))
        cast = with_strings(cast, style, strings, kept=frozenset(wanted), without=refused)
    doubling = [voice for voice in asked if voice.name not in cast.values() and not _refused_by(voice.name, reading)]
    players = [_instrument(role, cast[role]) for role in _ROLES if role in cast]
    players += [_instrument(_doubled(voice), voice.name) for voice in doubling]
    if len(players) > _MOST_PLAYERS:
        notes.append(f"More than {_MOST_PLAYERS} players asked: took the first {_MOST_PLAYERS}.")
    return tuple(sorted(players[:_MOST_PLAYERS], key=lambda player: _ROLES.index(player.role)))


def decides_players(style: Style, reading: Reading) -> bool:
    """Tell whether a sentence says who plays every part, or anything of bowed strings."""
    asked = [VOICES[name] for name in reading.words.get("instrument", ())]
    named = {*reading.words.get("instrument", ()), *reading.refused.get("instrument", ())}
    few = reading.only or reading.solo or reading.written_for or reading.words.get("ensemble")
    return bool(few or named & BOWED) or _plays_alone(asked, style, reading)


def written_in_voices(style: Style, reading: Reading) -> Style | None:
    """Return the style rewritten for an ensemble of single voices, None where it suits as it is."""
    ensembles = set(reading.words.get("ensemble", ()))
    if ensembles <= OF_VOICES and ensembles and not style.writing and not style.satb:
        return replace(style, writing="quartet")
    return None


def _of_style(style: Style, mood: str, *, rng: np.random.Generator) -> dict[Role, str]:
    """Draw the style's own players."""
    cast: dict[Role, str] = {}
    choices: tuple[tuple[Role, tuple[str, ...]], ...] = (
        ("melody", style.melody),
        ("counter", style.counter),
        ("chords", style.chords),
        ("pad", style.pad),
        ("bass", style.bass),
    )
    for role, names in choices:
        if names:
            cast[role] = pick(rng, names, [USUAL_PLAYER_WEIGHT] + [1.0] * (len(names) - 1))
    if style.drums and not (mood in _QUIET_MOODS and style.drums_optional):
        cast["drums"] = "drums"
    return cast


def _of_wishes(asked: list[Voice], style: Style, *, few: bool) -> dict[Role, str]:
    """Give every instrument asked for a role: its own, else melody before chords before counter melody.

    Parameters
    ----------
    few
        Nobody else, or hardly anybody, will play: whoever is asked carries the tune.
    """
    cast: dict[Role, str] = {}
    chordal = [voice.name for voice in asked if voice.name in _CHORDAL and (few or voice.role in {"melody", "chords"})]
    single = [voice.name for voice in asked if voice.name not in _CHORDAL and voice.role == "melody"]
    for voice in asked:
        if voice.role in {"bass", "drums"} or (voice.role == "pad" and voice.name not in chordal):
            cast.setdefault(voice.role, voice.name)
    if few and "bass" not in cast and len(single) > 1 and single[-1] in _LOW:
        cast["bass"] = single.pop()
    if single:
        cast["melody"] = single[0]
        if chordal:
            cast["chords"] = chordal[0]
        if len(single) > 1:
            cast["counter"] = single[1]
    elif chordal:
        cast["melody"] = chordal[0]
        if len(chordal) > 1 or style.chords or few:
            cast["chords"] = chordal[-1]
    elif few and "bass" in cast:
        cast["melody"] = cast["bass"]
    return cast


def _plays_alone(asked: list[Voice], style: Style, reading: Reading) -> bool:
    """Tell whether the one instrument that is asked for has the piece to itself: a piano sonata is for piano."""
    whole = style.drums or style.satb or style.writing or reading.words.get("role") or reading.words.get("ensemble")
    return len(asked) == 1 and asked[0].name in _CHORDAL and asked[0].role != "pad" and not whole


def _plays_all_voices(asked: list[Voice], style: Style, reading: Reading) -> bool:
    """Tell whether one instrument of chords plays the four voices of a chorale: an organ does."""
    alone = reading.solo or reading.only or reading.written_for
    return style.satb and alone and len(asked) == 1 and asked[0].name in _CHORDAL


def _company(cast: dict[Role, str], wanted: dict[Role, str], reading: Reading, *, alone: bool) -> dict[Role, str]:
    """Put those who were asked for among the style's players, or in their place.

    "Only piano" leaves nobody else; a piece "for violin" keeps an accompaniment, but no more.
    """
    if not wanted:
        return cast
    if alone or reading.only or (reading.solo and len(wanted) > 1):
        return wanted if "melody" in wanted else {"melody": next(iter(wanted.values())), **wanted}
    if reading.written_for and not reading.words.get("ensemble") and "melody" in wanted:
        support: dict[Role, str] = {} if len(wanted) > 1 or "chords" not in cast else {"chords": cast["chords"]}
        if "drums" in reading.words.get("role", ()):
            support["drums"] = "drums"
        return {**support, **wanted}
    return {**cast, **wanted}


def _soloist(cast: dict[Role, str]) -> dict[Role, str]:
    """Leave the player of the melody alone; one who can sound chords accompanies himself."""
    name = cast["melody"]
    return {"melody": name, "chords": name} if name in _CHORDAL else {"melody": name}


def _doubled(voice: Voice) -> Role:
    """Return the role that an instrument doubles."""
    if voice.name in _CHORDAL:
        return "pad" if voice.role == "pad" else "chords"
    return voice.role


def _refuse(cast: dict[Role, str], style: Style, reading: Reading, notes: list[str]) -> None:
    """Take out the roles and instruments that the sentence refuses; a melody always stays."""
    for role in _ROLES:
        if role in reading.refused.get("role", ()) and role != "melody":
            cast.pop(role, None)
    for name in reading.refused.get("instrument", ()):
        for role in [role for role, player in cast.items() if _is_refused(player, name)]:
            able = style.melody if role == "melody" else style.chords
            others = [other for other in (*able, "piano", "flute") if not _refused_by(other, reading)]
            if role in {"melody", "chords"} and VOICES[name].role != "drums" and others:
                cast[role] = others[0]
            elif role != "melody":
                del cast[role]
    if "melody" in reading.refused.get("role", ()):
        notes.append("A piece without melody was asked; grym keeps one.")


def _refused_by(player: str, reading: Reading) -> bool:
    """Tell whether the sentence refuses a player."""
    return any(_is_refused(player, name) for name in reading.refused.get("instrument", ()))


def _is_refused(player: str, name: str) -> bool:
    """Tell whether refusing an instrument refuses a player: "no guitar" means all guitars, but not the bass."""
    if player == name:
        return True
    basses = VOICES[player].role == "bass" or VOICES[name].role == "bass"
    return not basses and player.rsplit(maxsplit=1)[-1] == name.rsplit(maxsplit=1)[-1]


def _instrument(role: Role, name: str) -> Instrument:
    """Turn a name of the vocabulary into a player."""
    voice = VOICES[name]
    return Instrument(role=role, name=name, program=voice.program, percussion=voice.percussion)
