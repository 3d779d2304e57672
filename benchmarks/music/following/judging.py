"""What of a request a score meets, judged from its notes.

Key: by two analysers over all pitched notes, music21's own (its default profile) and lengths against Temperley's
profile; the key counts as met when either says so, since each errs on real music too. Krumhansl's profile is reported
beside them and does not count: on the reference it errs more often (243 of 365 movements in the key of their last tone,
against 257).
Length: the end of the last bar in which a note sounds, within two percent. Instruments: General MIDI programs of parts
that have notes; players named in a request play alone. Style is the only thing read from the plan.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks.music.following.pulse import metre_is, tempo_is
from benchmarks.music.following.requests import Request
from benchmarks.music.following.words import PROGRAMS
from benchmarks.music.measures.keys import TEMPERLEY, histogram, key_of
from benchmarks.music.own import piece_of
from benchmarks.music.pieces import Note

if TYPE_CHECKING:
    from grym.domain.composing.plan import Plan
    from grym.domain.composing.score import Score

LENGTH_TOLERANCE = 0.02
QUARTET_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was judged of a request, each met or not, and what was found instead."""

    request: Request
    met: dict[str, bool]
    found: dict[str, str]

    @property
    def followed(self) -> bool:
        """Whether everything that counts was met; the key analysers count as one."""
        return all(met for name, met in self.met.items() if not name.startswith("key by"))


def judge(request: Request, plan: "Plan", score: "Score") -> Verdict:
    """Judge a score against its request."""
    notes = [n for voice in piece_of(score, kind="", name="").voices for n in voice]
    met: dict[str, bool] = {"style": plan.style in request.styles}
    found = {"style": plan.style}
    for part in (_key, _tempo, _metre, _length, _players, _drums):
        part(request, score, notes, met, found)
    return Verdict(request=request, met=met, found=found)


def _key(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    del score
    if request.tonic is None:
        return
    asked = (request.tonic, request.mode)
    lengths = histogram(notes)
    own, other = key_of(lengths, TEMPERLEY)[:2], music21_key(notes)
    met["key by Temperley"], met["key by music21"] = own == asked, other == asked
    met["key by Krumhansl"] = key_of(lengths)[:2] == asked
    met["key"] = asked in {own, other}
    found["key"] = f"{own} / {other}, asked {asked}"


def music21_key(notes: list[Note]) -> tuple[int, str]:
    """Return tonic and mode by music21's analysis of key."""
    made = _music21().Stream()
    for note in notes:
        element = _music21_note()(note.pitch)
        element.quarterLength = note.length
        made.insert(note.start, element)
    key = made.analyze("key")
    return int(key.tonic.pitchClass), str(key.mode)


@cache
def _music21() -> Any:
    from music21 import stream  # noqa: PLC0415 (slow to import, and only the key needs it)

    return stream


@cache
def _music21_note() -> Any:
    from music21 import note  # noqa: PLC0415 (as above)

    return note.Note


def _tempo(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    if request.tempo_bpm is not None:
        # The tempo of the score only turns quarters into seconds, as a player would.
        quarter_s = 60 / score.tempo_bpm
        played = [(note.start * quarter_s, note.length * quarter_s, note.pitch) for note in notes]
        met["tempo"] = tempo_is(played, request.tempo_bpm)
        found["tempo"] = f"{score.tempo_bpm:g}, asked {request.tempo_bpm:g}"


def _metre(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    if request.metre is not None:
        events = [(note.start, note.length, note.pitch) for note in notes]
        met["metre"] = metre_is(events, *request.metre)
        found["metre"] = f"{score.metre}, asked {request.metre[0]}/{request.metre[1]}"


def _length(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    bar = 4 * score.metre.beats / score.metre.unit
    bars = math.ceil(max((note.end for note in notes), default=0.0) / bar - 1e-6)
    seconds = bars * bar * 60 / score.tempo_bpm
    if request.bars is not None:
        met["bars of a loop"] = bars == request.bars
        found["bars of a loop"] = f"{bars}, asked {request.bars}"
    if request.seconds is not None:
        met["length"] = abs(seconds - request.seconds) <= LENGTH_TOLERANCE * request.seconds
        found["length"] = f"{seconds:.1f} s, asked {request.seconds:g}"


def _players(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    del notes
    programs = [part.program for part in score.parts if part.notes and not part.percussion]
    found["players"] = str(programs)
    if request.players:
        wanted = [PROGRAMS[name] for name in request.players]
        met["players"] = all(any(program in one for program in programs) for one in wanted)
        met["nobody else"] = all(any(program in one for one in wanted) for program in programs)
    elif "string quartet" in request.styles:
        met["players"] = len(programs) == QUARTET_PARTS and set(programs) <= PROGRAMS["strings"]


def _drums(request: Request, score: "Score", notes: list[Note], met: dict[str, bool], found: dict[str, str]) -> None:
    del notes
    if request.drums is not None:
        drums = any(part.percussion and part.notes for part in score.parts)
        met["drums"] = drums == request.drums
        found["drums"] = str(drums)
