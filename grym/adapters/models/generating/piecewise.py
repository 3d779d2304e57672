"""A whole piece by a generator that makes so many seconds at once and may run out of memory.

The piece is cut into segments, each is made by its own seed, and they are cross-faded. Where memory runs out, segments
become half as long, three times at most, and the result says how long they were. Finished segments are kept, so that
an earlier try's are not made again.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from grym.domain.composing.plan import Plan
from grym.domain.composing.segments import FADE_S, Segment, segments_of
from grym.domain.composing.wording import worded
from grym.domain.crossfading import joined
from grym.domain.signal import FloatArray, Signal
from grym.ports.generating import Asked, Generator, Watch

HALVINGS = 3
"""An eighth of ten seconds is about a bar; below that nothing sounds like music any more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """What is to be made.

    Parameters
    ----------
    seconds
        Length of the whole.
    guide
        How the whole score sounds; None where there is none.
    """

    plan: Plan
    seconds: float
    seed: int
    guide: Signal | None = None


class Keeping(Protocol):
    """Where finished segments are."""

    def kept(self, asked: Asked) -> Signal | None:
        """Return what was made for a question; None where it is still to be made."""
        ...

    def keep(self, asked: Asked, sound: Signal) -> None:
        """Keep what was made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whole:
    """A piece in one sound.

    Parameters
    ----------
    prompts
        What the generator was told, each wording once.
    segments
        How many it was made of.
    longest_s
        How long they were allowed to be.
    shortened
        Whether that is less than the generator allows, because memory ran out.
    """

    sound: Signal
    prompts: tuple[str, ...]
    segments: int
    longest_s: float
    shortened: bool


def whole_piece(
    generator: Generator, piece: Piece, watch: Watch, release: Callable[[], None], keeping: Keeping
) -> Whole:
    """Make a piece.

    Parameters
    ----------
    release
        Called after memory ran out, before less is tried.

    Raises
    ------
    MemoryError
        Even the shortest segments do not fit.
    """
    maker = _Maker(generator, watch, keeping)
    at_once_s = min(generator.longest_s, piece.seconds)
    lengths_s = [at_once_s / 2**times for times in range(HALVINGS + 1)]
    lengths_s = [length_s for length_s in lengths_s if length_s > 2 * FADE_S] or [at_once_s]
    for longest_s in lengths_s[:-1]:
        with suppress(MemoryError):
            return _made(maker, piece, longest_s, shortened=longest_s < at_once_s)
        release()
    return _made(maker, piece, lengths_s[-1], shortened=lengths_s[-1] < at_once_s)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes segments, each once."""

    generator: Generator
    watch: Watch
    keeping: Keeping

    def made(self, asked: Asked, number: int, count: int) -> Signal:
        """Return the segment of a number out of so many."""
        kept = self.keeping.kept(asked)
        if kept is not None:
            return kept
        sound = self.generator.generate(asked, _within(self.watch, number, count))
        self.keeping.keep(asked, sound)
        return sound


def _made(maker: _Maker, piece: Piece, longest_s: float, *, shortened: bool) -> Whole:
    """Make all segments of at most so many seconds, and join them."""
    segments = segments_of(piece.plan, seconds=piece.seconds, longest_s=longest_s, seed=piece.seed)
    asked = [_asked(piece, segment) for segment in segments]
    sounds = [maker.made(one, number, len(asked)) for number, one in enumerate(asked)]
    rate_hz = sounds[0].sample_rate_hz
    return Whole(
        sound=Signal(
            samples=joined(
                [sound.samples for sound in sounds],
                [round(segment.start_s * rate_hz) for segment in segments],
                round(piece.seconds * rate_hz),
            ),
            sample_rate_hz=rate_hz,
        ),
        prompts=tuple(dict.fromkeys(one.prompt for one in asked)),
        segments=len(segments),
        longest_s=longest_s,
        shortened=shortened,
    )


def _asked(piece: Piece, segment: Segment) -> Asked:
    words = worded(piece.plan, segment.intensity)
    return Asked(
        prompt=words.prompt,
        negative_prompt=words.negative_prompt,
        seconds=segment.seconds,
        tempo_bpm=piece.plan.tempo_bpm,
        key=str(piece.plan.tonality),
        metre=str(piece.plan.metre),
        seed=segment.seed,
        guide=None if piece.guide is None else _cut(piece.guide, segment),
    )


def _cut(guide: Signal, segment: Segment) -> Signal:
    """Return the guide over a segment, with silence where it ends before."""
    first, last = round(segment.start_s * guide.sample_rate_hz), round(segment.end_s * guide.sample_rate_hz)
    heard: FloatArray = guide.samples[:, first:last]
    missing = last - first - heard.shape[1]
    return Signal(samples=np.pad(heard, ((0, 0), (0, missing))), sample_rate_hz=guide.sample_rate_hz)


def _within(watch: Watch, number: int, count: int) -> Watch:
    """Return what hears the share of one segment and tells the share of all."""
    return lambda share: watch((number + share) / count)
