"""What every accompanying part is written against: the section, its chords on the grid, and the part's player."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.patterns import Pattern, bar_text
from grym.domain.composing.plan import Plan
from grym.domain.composing.styles import Style

REST = ","
HOLD = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Texture:
    """One section to be accompanied.

    Parameters
    ----------
    slots
        Its chords in time.
    following
        The first chord after the section, to lead into; None at the end of the piece.
    has_bass
        Whether a bass part sounds below.
    """

    plan: Plan
    style: Style
    passage: Passage
    slots: Sequence[Slot]
    following: Slot | None
    identity: str
    seed: int
    has_bass: bool

    @property
    def is_ending(self) -> bool:
        """Whether the piece ends with this section."""
        return self.following is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A token of a pattern in time, cut where the chord changes."""

    start_steps: int
    length_steps: int
    token: str
    slot: int


def choose(names: Sequence[str], passage: Passage) -> str:
    """Choose the pattern of a section by its name, so that contrasting sections sound different."""
    order = {"A": 0, "verse": 0, "intro": 0, "coda": 0, "B": 1, "chorus": 1, "C": 2, "bridge": 2}
    # Every second return of a section brings another pattern of the style.
    return names[(order.get(passage.name, 0) + passage.occurrence // 2) % len(names)]


def strokes(pattern: Pattern, texture: Texture) -> Iterator[Stroke]:
    """Lay a pattern under the chords of a section.

    What is held when the chord changes is struck again with the new chord. The last bar of the piece is one long
    stroke, so that the end is heard as an end.
    """
    steps = bar_steps(texture.plan.metre)
    text = "".join(bar_text(pattern, texture.plan.metre, bar) for bar in range(texture.passage.bars))
    if texture.is_ending:
        text = text[:-steps] + _final_token(text) + HOLD * (steps - 1)
    for at, slot in enumerate(texture.slots):
        yield from _slot_strokes(text, slot, at)


def _final_token(text: str) -> str:
    """Return the token of the last bar's single stroke: the fullest that the pattern knows."""
    return "R" if any(token in text for token in "R5w8n") else "B"


def _slot_strokes(text: str, slot: Slot, index: int) -> Iterator[Stroke]:
    """Yield the strokes under one chord."""
    span = text[slot.start_steps : slot.end_steps]
    if span[0] == HOLD:
        before = text[: slot.start_steps].rstrip(HOLD)
        span = (before[-1] if before else "*") + span[1:]
    starts = [at for at, token in enumerate(span) if token != HOLD]
    for at, end in zip(starts, [*starts[1:], len(span)], strict=True):
        if span[at] != REST:
            yield Stroke(start_steps=slot.start_steps + at, length_steps=end - at, token=span[at], slot=index)
