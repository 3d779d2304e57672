"""A piece in segments, for models that make only so many seconds at once.

Cuts lie on bar lines, on the border of a section where one is near enough. Each segment runs on beyond its cut for the
length of a cross-fade. Sections of one name share their chance, so that what returns in the form can return in the
sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grym.domain.composing.fitting import bar_seconds
from grym.domain.composing.plan import Plan
from grym.domain.composing.seeds import stream
from grym.errors import InvariantError

FADE_S = 0.5
"""Half a second: a beat at 120 BPM. Longer ones let two bars sound together that are not the same music."""


SEEDS = 2**31
"""Seeds that every library takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a piece that is made at once.

    Parameters
    ----------
    start_s, end_s
        Where it sounds, cross-fade into the next included.
    section
        Name of the section it begins in.
    intensity
        Of that section, 0–1.
    seed
        Its own seed.
    """

    start_s: float
    end_s: float
    section: str
    intensity: float
    seed: int

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s


def segments_of(plan: Plan, *, seconds: float, longest_s: float, seed: int) -> tuple[Segment, ...]:
    """Cut a piece.

    Parameters
    ----------
    seconds
        Length of the piece; at least that of its bars.
    longest_s
        What a segment may last, more than twice `FADE_S`.

    Returns
    -------
    tuple of Segment
        In order; each overlaps the next by `FADE_S`, the last ends with the piece.

    Raises
    ------
    InvariantError
        ``segments.too_short``.
    """
    if longest_s <= 2 * FADE_S:
        raise InvariantError(f"segments of {longest_s:g} s leave no room for a fade", code="segments.too_short")
    cuts = [0.0]
    while seconds - cuts[-1] > longest_s:
        cuts.append(_next_cut(plan, after_s=cuts[-1], latest_s=cuts[-1] + longest_s - FADE_S))
    ends = [cut + FADE_S for cut in cuts[1:]] + [seconds]
    return tuple(_segment(plan, start, min(end, seconds), seed) for start, end in zip(cuts, ends, strict=True))


def _next_cut(plan: Plan, *, after_s: float, latest_s: float) -> float:
    """Return the last border of a section until `latest_s`, or bar line, or just that moment in very slow music."""
    for marks in (_borders_s(plan), _bar_lines_s(plan)):
        # A border soon after the last cut would make many short segments of what two long ones can hold.
        near = [mark for mark in marks if after_s + (latest_s - after_s) / 2 <= mark <= latest_s]
        if near:
            return max(near)
    return latest_s


def _segment(plan: Plan, start_s: float, end_s: float, seed: int) -> Segment:
    section = _section_at(plan, start_s)
    begun_s = max((mark for mark in _borders_s(plan) if mark <= start_s), default=0.0)
    place = round((start_s - begun_s) / _bar_s(plan))
    return Segment(
        start_s=start_s,
        end_s=end_s,
        section=plan.sections[section].name,
        intensity=plan.sections[section].intensity,
        seed=_seed_of(seed, plan.sections[section].name, place),
    )


def _seed_of(seed: int, section: str, place: int) -> int:
    return int(stream(seed, "segment", section, str(place)).random() * SEEDS)


def _bar_s(plan: Plan) -> float:
    return bar_seconds(plan.metre, plan.tempo_bpm)


def _borders_s(plan: Plan) -> list[float]:
    """Return where sections begin."""
    begun, found = 0, []
    for section in plan.sections:
        found.append(begun * _bar_s(plan))
        begun += section.bars
    return found


def _bar_lines_s(plan: Plan) -> Iterator[float]:
    return (bar * _bar_s(plan) for bar in range(sum(section.bars for section in plan.sections) + 1))


def _section_at(plan: Plan, second: float) -> int:
    """Return the index of the section that sounds; a cut may miss its border by a rounding."""
    begun = [number for number, mark in enumerate(_borders_s(plan)) if mark <= second + 1e-6]
    return begun[-1] if begun else 0
