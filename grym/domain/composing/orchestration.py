"""Who plays: instruments for the roles of a style, changed by what the sentence asks for and refuses."""

import numpy as np

from grym.domain.composing.instruments import VOICES, Voice
from grym.domain.composing.plan import Instrument
from grym.domain.composing.reading import Reading
from grym.domain.composing.score import Role
from grym.domain.composing.seeds import pick
from grym.domain.composing.styles import Style
from grym.domain.composing.vocabulary import ENSEMBLES

_ROLES: tuple[Role, ...] = ("melody", "counter", "chords", "pad", "bass", "drums")
# Instruments on which one player sounds whole chords.
_CHORDAL = frozenset(
    {
        "piano",
        "honky-tonk piano",
        "electric piano",
        "harpsichord",
        "celesta",
        "music box",
        "vibraphone",
        "marimba",
        "organ",
    }
    | {
        "hammond organ",
        "accordion",
        "nylon guitar",
        "acoustic guitar",
        "jazz guitar",
        "electric guitar",
        "harp",
        "banjo",
    }
    | {"polysynth", "kalimba", "distorted guitar", "strings", "choir", "brass"}
)
# Percussion that was not asked for stays away from moods like these.
_QUIET_MOODS = frozenset({"calm", "sad", "tender", "dreamy", "solemn"})


def choose_instruments(
    style: Style, reading: Reading, mood: str, notes: list[str], *, rng: np.random.Generator
) -> tuple[Instrument, ...]:
    """Choose an instrument for every role the piece will have, in the order of `Role`.

    Parameters
    ----------
    notes
        Receives a sentence where a wish could not be met.
    """
    cast = _of_style(style, mood, rng=rng)
    for name in reading.words.get("ensemble", ()):
        cast = {role: ENSEMBLES[name][role] for role in _ROLES if role in ENSEMBLES[name]}
    asked = [VOICES[name] for name in reading.words.get("instrument", ())]
    cast.update(_of_wishes(asked, style))
    if "drums" in reading.words.get("role", ()):
        cast["drums"] = "drums"
    if reading.solo:
        cast = _soloist(cast)
    _refuse(cast, style, reading, notes)
    return tuple(_instrument(role, cast[role]) for role in _ROLES if role in cast)


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
            cast[role] = pick(rng, names, [2.0] + [1.0] * (len(names) - 1))
    if style.drums and not (mood in _QUIET_MOODS and style.drums_optional):
        cast["drums"] = "drums"
    return cast


def _of_wishes(asked: list[Voice], style: Style) -> dict[Role, str]:
    """Give every instrument asked for a role: its own, else melody before chords before counter melody."""
    cast: dict[Role, str] = {}
    chordal = [voice.name for voice in asked if voice.name in _CHORDAL and voice.role in {"melody", "chords"}]
    single = [voice.name for voice in asked if voice.name not in _CHORDAL and voice.role == "melody"]
    for voice in asked:
        if voice.role in {"bass", "drums", "pad"}:
            cast[voice.role] = voice.name
    if single:
        cast["melody"] = single[0]
        if chordal:
            cast["chords"] = chordal[0]
        if len(single) > 1:
            cast["counter"] = single[1]
    elif chordal:
        cast["melody"] = chordal[0]
        if len(chordal) > 1 or style.chords:
            cast["chords"] = chordal[-1]
    return cast


def _soloist(cast: dict[Role, str]) -> dict[Role, str]:
    """Leave the player of the melody alone; one who can sound chords accompanies himself."""
    name = cast["melody"]
    return {"melody": name, "chords": name} if name in _CHORDAL else {"melody": name}


def _refuse(cast: dict[Role, str], style: Style, reading: Reading, notes: list[str]) -> None:
    """Take out the roles and instruments that the sentence refuses; a melody always stays."""
    for role in _ROLES:
        if role in reading.refused.get("role", ()) and role != "melody":
            cast.pop(role, None)
    for name in reading.refused.get("instrument", ()):
        for role in [role for role, player in cast.items() if _is_refused(player, name)]:
            others = [other for other in (*style.melody, "piano", "flute") if not _is_refused(other, name)]
            if role in {"melody", "chords"} and VOICES[name].role != "drums":
                cast[role] = others[0]
            else:
                del cast[role]
    if "melody" in reading.refused.get("role", ()):
        notes.append("A piece without melody was asked; grym keeps one.")


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
