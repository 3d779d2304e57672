"""What is told of the style of a recording: how probable each is, by what, and the style that a piece after it gets."""

from dataclasses import dataclass

from grym.domain.composing.manner.by_ear import ByEar, styles_by_ear
from grym.domain.composing.manner.made import DRUMS_FROM, SURE, style_after
from grym.domain.composing.manner.traits import Traits
from grym.domain.composing.score import Metre
from grym.domain.composing.styles import Style

_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """In which manner a recording is made.

    Parameters
    ----------
    style
        The most probable style of grym.
    sure
        How probable it is.
    styles
        The three most probable, and how probable each would be if the recording were in a style of grym's.
    definition
        The style made from the recording where none is surely its own; None otherwise.
    reasons
        What speaks for it, in words.
    """

    style: str
    sure: float
    styles: dict[str, float]
    definition: Style | None
    reasons: tuple[str, ...]


def manner_of(traits: Traits, *, tempo_bpm: float, metre: Metre, mode: str) -> Manner:
    """Tell the manner of a recording.

    Parameters
    ----------
    tempo_bpm, metre, mode
        Of the recording as it will be written.
    """
    heard = styles_by_ear(traits)
    sure = heard.styles[heard.best]
    definition = None if sure >= SURE else style_after(traits, heard, tempo_bpm=tempo_bpm, metre=metre, mode=mode)
    return Manner(
        style=heard.best,
        sure=round(sure, 2),
        styles={name: round(share, 2) for name, share in heard.among(_TOLD).items()},
        definition=definition,
        reasons=_reasons(traits, heard, definition),
    )


def _reasons(traits: Traits, heard: ByEar, definition: Style | None) -> tuple[str, ...]:
    """Say what was heard, and what was made of it."""
    likely = ", ".join(f"{name} {share:.0%}" for name, share in heard.among(_TOLD).items())
    told = (
        f"by ear, of grym's styles: {likely}; none of them {heard.none:.0%}",
        f"{'drums' if heard.drums >= DRUMS_FROM else 'no drums'} (drums {heard.drums:.0%})",
        f"swing {traits.swing:.2f}",
        f"{traits.onsets_hz:.1f} onsets a second",
        f"brightness {traits.brightness_hz:.0f} Hz",
    )
    if definition is None:
        return told
    patterns = ", ".join(filter(None, (*definition.accompaniments, *definition.basses, definition.drums)))
    return (*told, f"no style is sure, so one was made from the recording: {definition.name} with {patterns}")
