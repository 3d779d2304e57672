"""What every command and event body shares: its type on the wire, its topic, and small values used by many."""

import re
from typing import ClassVar

import msgspec

ARTIFACT_ADDRESS = re.compile(r"artifact://sha256/([0-9a-f]{64})")
"""What the address of an artifact looks like, its digest as the one group; a path, above all, is none."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all bodies.

    New fields must have a default, fields are never removed or renamed inside a major version; unknown fields of a
    newer minor version are ignored here and kept in the record.
    """

    TYPE: ClassVar[str] = ""
    TOPIC: ClassVar[str] = ""


class ArtifactRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim check: where a payload lies, by content.

    Parameters
    ----------
    uri
        ``artifact://sha256/<64 hex digits>``.
    size_bytes
        Length of the payload.
    media_type
        ``audio/wav``, ``audio/midi``, ``application/vnd.recordare.musicxml+xml`` …
    samples
        Samples per channel, for sound.
    name
        What the payload is in its request (``mix``, ``melody``), never text of a user.
    """

    uri: str
    size_bytes: int
    media_type: str
    samples: int | None = None
    name: str = ""

    @property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 digest of the payload."""
        return self.uri.rsplit("/", 1)[-1]


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why something was refused or failed: stable code, sentence, remedy."""

    code: str
    message: str
    hint: str = ""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One measured requirement (see `grym.domain.quality.check.Check`)."""

    name: str
    value: float | None
    required: str
    unit: str
    passed: bool
    advice: str = ""


class ProfileData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a sound is judged by (see `grym.domain.quality.profiles.Profile`).

    Parameters
    ----------
    name
        What it is called.
    base
        The profile of grym it begins with; by default the one of its own name.
    bounds
        Least and most by name of the check, in the check's unit; null is an open end.
    """

    name: str
    base: str = ""
    bounds: dict[str, tuple[float | None, float | None]] = msgspec.field(default_factory=dict)


class MotifData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A melodic idea: semitones between notes, lengths in quarter notes, and the pattern it came from."""

    intervals: tuple[int, ...]
    durations_beats: tuple[float, ...]
    pattern_id: str = ""


class MotifUse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a remembered motif sounds in a piece.

    Parameters
    ----------
    part
        Who plays it, by name.
    start_s, end_s
        From the start of the piece, in seconds.
    transposition_semitones
        Above the first place where it sounds; a motif is intervals and has no pitch of its own.
    form
        ``stated`` (its very intervals), ``in scale`` (its shape, bent to the key of the piece).
    """

    pattern_id: str
    part: str
    start_s: float
    end_s: float
    transposition_semitones: int = 0
    form: str = "stated"
