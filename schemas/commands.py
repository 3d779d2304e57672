"""Commands: what somebody wants done. Requests come from outside; the rest the coordinator sends to a capability.

A command of a capability travels on that capability's topic, keyed by request id, and is answered there by the event
of the same name in the past tense. `round` counts regenerations of one run, from 1.
"""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from schemas.body import ArtifactRef, Body, CheckResult, MotifData, ProfileData
from schemas.formal import FormalData
from schemas.music import AnalysisSummary, LastPieceData, PlanData
from schemas.reworking import ReworkData, SourceFacts
from schemas.styles import StyleData
from schemas.verdicts import VerdictData

Backend = str
"""``auto``, ``score``, ``synth``, ``soundfont``, a kind of neural model or ``KIND/NAME``; workers know which."""
ANONYMOUS = "anonymous"
"""The user of requests that name none: nobody in particular."""

PatternAction = Literal["forget", "correct", "merge", "import", "judge", "withdraw", "relate"]


class RequestComposition(Body, frozen=True, kw_only=True):
    """Ask for a piece.

    Parameters
    ----------
    prompt
        The wish in words; up to 4,000 characters. It leaves the coordinator only by reference.
    seconds
        Wanted length in seconds, 4 to 600.
    tempo_bpm, key, metre, style
        Explicit wishes; they win over the words of the prompt.
    seed
        Makes the piece reproducible; without one it is derived from the request id.
    backend
        How the score becomes sound; ``score`` makes none.
    deadline_s
        Seconds from the log-append time of this request until it is cancelled.
    priority
        −10 to 10: while pieces wait to be made, those of a higher priority are made first.
    pattern_ids
        Up to 3 remembered patterns whose motifs the piece is to build on.
    definition
        A style brought along; it wins over `style`.
    open_length
        The sentence says how long (minutes, bars); `seconds` has no effect.
    formal
        Laws of formal music that the piece is to obey.
    source
        A score (MIDI, MusicXML) or a sound that the piece is made from, by claim check; `rework` says how.
    rework
        What is to be done with the source; null without one.
    taste
        Whether what was learned of the user counts; without it, the piece is what it would have been before.
    settings
        What the backend is to be set to for this piece, by name; it wins over what the user's session says.
    """

    TYPE: ClassVar[str] = "grym.composition.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    prompt: str
    seconds: float = 30.0
    tempo_bpm: float | None = None
    key: str | None = None
    metre: str | None = None
    style: str | None = None
    seed: int | None = None
    backend: Backend = "auto"
    user: str = ANONYMOUS
    deadline_s: float = 600.0
    priority: int = 0
    pattern_ids: tuple[str, ...] = ()
    taste: bool = True
    definition: StyleData | None = None
    open_length: bool = False
    formal: tuple[FormalData, ...] = ()
    source: ArtifactRef | None = None
    rework: ReworkData | None = None
    settings: dict[str, float] = msgspec.field(default_factory=dict)


class RequestAnalysis(Body, frozen=True, kw_only=True):
    """Ask for the facts of a recording, given by claim check; `max_seconds` is the longest sound that is accepted.

    Parameters
    ----------
    profile
        What the sound is judged by; None: as the recording of somebody.
    """

    TYPE: ClassVar[str] = "grym.analysis.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    audio: ArtifactRef
    embedding: str = "dsp"
    recognise: bool = True
    full: bool = False
    max_seconds: float = 900.0
    user: str = ANONYMOUS
    deadline_s: float = 600.0
    profile: ProfileData | None = None


class RequestLearning(Body, frozen=True, kw_only=True):
    """Ask that a recording is remembered, given by claim check.

    Parameters
    ----------
    name
        What it is called; up to 200 characters.
    tags
        Up to 32, each up to 200 characters.
    """

    TYPE: ClassVar[str] = "grym.learning.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    audio: ArtifactRef
    name: str = ""
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    category: str = ""
    collection: str = "default"
    max_seconds: float = 3600.0
    user: str = ANONYMOUS
    deadline_s: float = 600.0


class RequestRecognition(Body, frozen=True, kw_only=True):
    """Ask whether a sound is known, given by claim check; `max_seconds` is the longest sound that is accepted."""

    TYPE: ClassVar[str] = "grym.recognition.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    audio: ArtifactRef
    top: int = 5
    collection: str = "default"
    max_seconds: float = 3600.0
    user: str = ANONYMOUS
    deadline_s: float = 600.0


class RequestPatternChange(Body, frozen=True, kw_only=True):
    """Ask that pattern memory is changed by hand; what each field means depends on the action.

    Parameters
    ----------
    action
        ``forget`` and ``correct`` one pattern, ``merge`` one into another, ``import`` a file of patterns; ``judge`` a
        match with one, ``withdraw`` what was said of matches, ``relate`` one to those it is like.
    pattern_id
        Which one; empty where a person takes back everything ever said (withdraw).
    into_id
        Which one stands for it from now on (merge).
    name, category
        New ones (correct, and the category of what is judged); null leaves them as they are.
    tags
        New values by name (correct); an empty value removes the tag.
    file
        The exported patterns (import).
    verdict
        What is said of a match (judge).
    verdict_id
        Which one is taken back (withdraw); empty for the last one of this user on the pattern.
    note
        Why, in the person's own words (judge); kept beside the log and erased with the person's texts.
    """

    TYPE: ClassVar[str] = "grym.patternchange.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    action: PatternAction
    pattern_id: str = ""
    into_id: str = ""
    name: str | None = None
    category: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    file: ArtifactRef | None = None
    reason: str = ""
    collection: str = "default"
    verdict: VerdictData | None = None
    verdict_id: str = ""
    note: str = ""
    user: str = ANONYMOUS
    deadline_s: float = 600.0


class RequestEnhancement(Body, frozen=True, kw_only=True):
    """Ask that a recording is repaired, given by claim check, and left alone where nothing is wrong with it.

    Parameters
    ----------
    stages
        Which repairs may be made, by name; all that are found necessary where none is named.
    dry_run
        Only tell what would be repaired.
    """

    TYPE: ClassVar[str] = "grym.enhancement.request.v1"
    TOPIC: ClassVar[str] = "grym.requests.v1"

    audio: ArtifactRef
    stages: tuple[str, ...] = ()
    dry_run: bool = False
    max_seconds: float = 900.0
    user: str = ANONYMOUS
    deadline_s: float = 3600.0


class CancelRequest(Body, frozen=True, kw_only=True):
    """Ask that a request ends now; may arrive before the request itself and is then remembered."""

    TYPE: ClassVar[str] = "grym.request.cancel.v1"
    TOPIC: ClassVar[str] = "grym.cancels.v1"

    reason: str = "asked"


class RedriveRequest(Body, frozen=True, kw_only=True):
    """Ask that a dead-lettered request runs again, keeping the steps it had finished.

    `run_no` is the run that ended with the letter; the new run is `run_no` + 1, so asking twice is harmless.
    """

    TYPE: ClassVar[str] = "grym.request.redrive.v1"
    TOPIC: ClassVar[str] = "grym.redrives.v1"

    letter_id: str
    run_no: int


class RecallPatterns(Body, frozen=True, kw_only=True):
    """Ask pattern memory for what it knows: like the given imprint (recognise), or fitting a wish (compose).

    Parameters
    ----------
    pattern_ids
        Patterns whose motifs are wanted by name (compose), before anybody's favourites.
    refers_back
        Whether the wish refers to the user's last piece, which is then told, and whose style and mode count where none
        is given (compose).
    windows
        No longer read: the windows of the first design.
    """

    TYPE: ClassVar[str] = "grym.patterns.recall.v1"
    TOPIC: ClassVar[str] = "grym.patterns.v1"

    purpose: Literal["compose", "recognise"]
    windows: ArtifactRef | None = None
    imprint: ArtifactRef | None = None
    pattern_ids: tuple[str, ...] = ()
    style: str = ""
    mode: str = ""
    user: str = ""
    refers_back: bool = False
    top: int = 5
    collection: str = "default"


class RememberPatterns(Body, frozen=True, kw_only=True):
    """Ask pattern memory to keep a piece or a recording: its imprint and its motifs.

    Parameters
    ----------
    windows
        No longer read: the windows of the first design.
    asked
        Whether somebody asked for it to be learned, or it is kept because it was composed.
    used
        Patterns whose motifs the piece was built on.
    """

    TYPE: ClassVar[str] = "grym.patterns.remember.v1"
    TOPIC: ClassVar[str] = "grym.pattern-writes.v1"

    windows: ArtifactRef | None = None
    imprint: ArtifactRef | None = None
    motifs: tuple[MotifData, ...] = ()
    name: str = ""
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    category: str = ""
    style: str = ""
    mode: str = ""
    collection: str = "default"
    asked: bool = False
    used: tuple[str, ...] = ()


class ChangePatterns(Body, frozen=True, kw_only=True):
    """Ask pattern memory for a change by hand; the fields are those of `RequestPatternChange`."""

    TYPE: ClassVar[str] = "grym.patterns.change.v1"
    TOPIC: ClassVar[str] = "grym.pattern-writes.v1"

    action: PatternAction
    pattern_id: str = ""
    into_id: str = ""
    name: str | None = None
    category: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    file: ArtifactRef | None = None
    reason: str = ""
    collection: str = "default"
    verdict: VerdictData | None = None
    verdict_id: str = ""
    note_ref: str = ""
    user: str = ANONYMOUS


class TakeImprint(Body, frozen=True, kw_only=True):
    """Ask for what a sound would leave in pattern memory, without the rest of its analysis."""

    TYPE: ClassVar[str] = "grym.imprint.take.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    audio: ArtifactRef
    max_seconds: float = 3600.0


class StudySource(Body, frozen=True, kw_only=True):
    """Ask what a score or a sound is made of, so that a piece can be made from it.

    Parameters
    ----------
    source
        MIDI, MusicXML or a sound, by claim check.
    """

    TYPE: ClassVar[str] = "grym.source.study.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    source: ArtifactRef
    max_seconds: float = 900.0


class ProposeParameters(Body, frozen=True, kw_only=True):
    """Ask the learner for the parameters of the next piece of this user and style.

    Parameters
    ----------
    defaults
        What the piece would have without the learner: values 0–1 by name, by style, mood and words.
    fixed
        Values 0–1 of what the wish itself decides; nothing is proposed for them.
    """

    TYPE: ClassVar[str] = "grym.parameters.propose.v1"
    TOPIC: ClassVar[str] = "grym.learning.v1"

    user: str
    style: str
    mood: str = ""
    defaults: dict[str, float] = msgspec.field(default_factory=dict)
    fixed: dict[str, float] = msgspec.field(default_factory=dict)


class MakePlan(Body, frozen=True, kw_only=True):
    """Ask for a plan; the prompt travels by reference (`prompt_ref`), and `last` is the piece it may refer back to."""

    TYPE: ClassVar[str] = "grym.plan.make.v1"
    TOPIC: ClassVar[str] = "grym.generation.v1"

    prompt_ref: str
    seconds: float
    seed: int
    tempo_bpm: float | None = None
    key: str | None = None
    metre: str | None = None
    style: str | None = None
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    motifs: tuple[MotifData, ...] = ()
    last: LastPieceData | None = None
    definition: StyleData | None = None
    open_length: bool = False
    formal: tuple[FormalData, ...] = ()
    heard: SourceFacts | None = None
    rework: ReworkData | None = None


class GenerateMusic(Body, frozen=True, kw_only=True):
    """Ask for the piece of a plan: score, sound and page. Long work, run under a lease.

    Parameters
    ----------
    priority
        The request's own.
    deadline_at
        When the request will be cancelled; a piece that was not begun by then is not made.
    source
        The score that was read of the request's source, encoded by `streams.features.studying`.
    source_sha256
        Digest of the file that it was read from.
    whose
        A digest of the user's name: users take turns while pieces wait to be made.
    settings
        What each backend is to be set to, by backend and name; that of the one that makes the sound counts.
    """

    TYPE: ClassVar[str] = "grym.music.generate.v1"
    TOPIC: ClassVar[str] = "grym.generation.v1"

    plan: PlanData
    seed: int
    backend: Backend = "auto"
    motifs: tuple[MotifData, ...] = ()
    round: int = 1
    priority: int = 0
    deadline_at: datetime | None = None
    source: ArtifactRef | None = None
    source_sha256: str = ""
    heard: SourceFacts | None = None
    rework: ReworkData | None = None
    whose: str = ""
    settings: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)


class ExtractFeatures(Body, frozen=True, kw_only=True):
    """Ask for the analysis of a sound."""

    TYPE: ClassVar[str] = "grym.features.extract.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    audio: ArtifactRef
    embedding: str = "dsp"
    full: bool = False
    max_seconds: float = 900.0
    round: int = 1


class EnhanceAudio(Body, frozen=True, kw_only=True):
    """Ask for the repair of a sound; long work, run under a lease. Its fields are those of `RequestEnhancement`.

    Parameters
    ----------
    deadline_at
        When the request will be cancelled; a repair that was not begun by then is not made.
    """

    TYPE: ClassVar[str] = "grym.audio.enhance.v1"
    TOPIC: ClassVar[str] = "grym.enhancing.v1"

    audio: ArtifactRef
    stages: tuple[str, ...] = ()
    dry_run: bool = False
    max_seconds: float = 900.0
    deadline_at: datetime | None = None


class RateQuality(Body, frozen=True, kw_only=True):
    """Ask whether a sound is good enough: signal checks always, musical ones against the plan where there is one.

    Parameters
    ----------
    profile
        What it is judged by; None: what its purpose calls for.
    """

    TYPE: ClassVar[str] = "grym.quality.rate.v1"
    TOPIC: ClassVar[str] = "grym.quality.v1"

    purpose: Literal["composition", "recording"]
    audio: ArtifactRef | None
    analysis: AnalysisSummary | None = None
    plan: PlanData | None = None
    score_checks: tuple[CheckResult, ...] = ()
    max_seconds: float = 900.0
    round: int = 1
    profile: ProfileData | None = None
