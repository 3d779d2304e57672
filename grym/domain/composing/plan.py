"""A plan: every decision about a piece that can be named before a note is written.

It is made from a request by a planner (rules here, a language model by a port), bounded and validated, travels in
events, and is what the quality loop adapts. All values are plain, so a plan survives JSON unchanged.
"""

from dataclasses import dataclass, field

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.score import Metre, Role, Tonality
from grym.domain.composing.styles.style import Style

MIN_SECONDS = 4.0
MAX_SECONDS = 600.0
USUAL_SECONDS = 30.0
MIN_TEMPO_BPM = 30.0
MAX_TEMPO_BPM = 260.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Who plays a role: General MIDI `program` 0–127, `percussion` for a drum kit."""

    role: Role
    name: str
    program: int
    percussion: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlan:
    """One section of the form.

    Parameters
    ----------
    name
        ``intro``, ``A``, ``B``, ``coda`` …; sections of one name share their material.
    bars
        Length in bars, ≥ 1.
    intensity
        0 (sparse, quiet) to 1 (dense, loud).
    """

    name: str
    bars: int
    intensity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be composed.

    Parameters
    ----------
    seconds
        Requested length; the bars of `sections` come within 5 % of it.
    tempo_bpm
        Quarter notes a minute, constant.
    parameters
        Bounded numbers 0–1 the composer obeys, by name: ``density``, ``brightness``, ``complexity``, ``swing``,
        ``dynamics``, ``humanise``. Learned values arrive here.
    notes
        Choices a listener should know of: contradictions resolved, wishes not understood.
    planner
        Who made the plan (``rules/1``).
    definition
        The style itself where somebody brought it along, so that whoever composes needs no file; None: `style` is a
        name in `STYLES`.
    loop
        The piece goes round: no introduction and no ending, and what leads on at its end leads to its start.
    hold_s
        How much longer than written the last chord is held, so that the piece lasts `seconds`.
    formal
        Laws that the written score obeys, in this order.
    asked
        Parameters and tastes that the request itself decides, by name (`taste.decided`).
    """

    title: str
    style: str
    mood: str
    tempo_bpm: float
    metre: Metre
    tonality: Tonality
    seconds: float
    sections: tuple[SectionPlan, ...]
    instruments: tuple[Instrument, ...]
    parameters: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    planner: str = "rules/1"
    definition: Style | None = None
    loop: bool = False
    hold_s: float = 0.0
    formal: tuple[FormalChoice, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPiece:
    """What is remembered of the last piece somebody got, for wishes that refer back to it."""

    request_id: str
    title: str
    style: str
    mood: str
    tempo_bpm: float
    metre: Metre
    tonality: Tonality
    seconds: float
    parameters: dict[str, float] = field(default_factory=dict)
    definition: Style | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for: the sentence and whatever was said explicitly (explicit values win over words).

    Parameters
    ----------
    seconds
        Wanted length; None leaves it to the sentence (minutes, bars), and to `USUAL_SECONDS` where it names none.
    definition
        A style brought along; it wins over `style`.
    last
        The piece that the sentence may refer back to; without such a sentence it has no effect.
    formal
        Laws that the piece is to obey.
    """

    prompt: str
    seconds: float | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    metre: str | None = None
    style: str | None = None
    definition: Style | None = None
    last: LastPiece | None = None
    formal: tuple[FormalChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Motif:
    """A melodic idea from memory.

    Parameters
    ----------
    intervals
        Semitones from each note to the next.
    durations_beats
        Length of each note in quarter notes; one more than `intervals`.
    pattern_id
        Where it was learned, empty when made up.
    """

    intervals: tuple[int, ...]
    durations_beats: tuple[float, ...]
    pattern_id: str = ""
