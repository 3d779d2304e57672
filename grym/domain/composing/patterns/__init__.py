"""Accompaniment, bass and drum patterns as text on a grid of sixteenths; `pattern` says how they are written."""

from grym.domain.composing.patterns.bass import BASS
from grym.domain.composing.patterns.chords import CHORDS
from grym.domain.composing.patterns.drums import DRUMS
from grym.domain.composing.patterns.fills import FILLS
from grym.domain.composing.patterns.pattern import Pattern, bar_text

__all__ = ["BASS", "CHORDS", "DRUMS", "FILLS", "Pattern", "bar_text"]
