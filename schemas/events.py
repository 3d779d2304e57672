"""Events: what has happened. Facts, never wishes; each is caused by one record before it.

Terminal events (`RequestCompleted`, `RequestRejected`, `RequestDeadLettered`, `RequestCancelled`) end a run: exactly
one per accepted request and run number.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.body import ArtifactRef, Body, CheckResult, Fault, MotifData, MotifUse
from schemas.enhancing import RepairStep
from schemas.music import Analysis, LastPieceData, PlanData
from schemas.reworking import SourceFacts, TakenData
from schemas.sessions import PersonData

RequestKind = Literal["compose", "analyze", "learn", "recognise", "change", "listen", "enhance"]


class RequestAccepted(Body, frozen=True, kw_only=True):
    """A request was understood and its run has begun."""

    TYPE: ClassVar[str] = "grym.request.accepted.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    kind: RequestKind
    deadline_s: float


class RequestCompleted(Body, frozen=True, kw_only=True):
    """A run ended well; `result` holds the keys that the command line prints, artifacts as references."""

    TYPE: ClassVar[str] = "grym.request.completed.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    kind: RequestKind
    result: dict[str, object]


class RequestRejected(Body, frozen=True, kw_only=True):
    """A run ended because the request asks for something impossible; the sender is to blame."""

    TYPE: ClassVar[str] = "grym.request.rejected.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    fault: Fault


class RequestDeadLettered(Body, frozen=True, kw_only=True):
    """A run ended because one of its events could not be processed; the letter can be redriven."""

    TYPE: ClassVar[str] = "grym.request.deadlettered.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    letter_id: str
    processor: str
    fault: Fault


class RequestCancelled(Body, frozen=True, kw_only=True):
    """A run ended because somebody asked, or because its deadline passed (reason ``deadline``)."""

    TYPE: ClassVar[str] = "grym.request.cancelled.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    reason: str


class RequestIgnored(Body, frozen=True, kw_only=True):
    """Something arrived for a request that could not matter any more: recorded, without effect."""

    TYPE: ClassVar[str] = "grym.request.ignored.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    ignored_id: str
    ignored_type: str
    reason: str


class StepStarted(Body, frozen=True, kw_only=True):
    """The coordinator sent the command of a step."""

    TYPE: ClassVar[str] = "grym.step.started.v1"
    TOPIC: ClassVar[str] = "grym.outcomes.v1"

    step: str
    round: int = 1


class TimerFired(Body, frozen=True, kw_only=True):
    """A durable timer has come due."""

    TYPE: ClassVar[str] = "grym.timer.fired.v1"
    TOPIC: ClassVar[str] = "grym.timers.v1"

    timer_id: str
    purpose: str


class EventDeadLettered(Body, frozen=True, kw_only=True):
    """A processor gave up on a record; the original bytes lie in ``grym.dead-letters.v1`` under `letter_id`."""

    TYPE: ClassVar[str] = "grym.event.deadlettered.v1"
    TOPIC: ClassVar[str] = "grym.failures.v1"

    letter_id: str
    processor: str
    origin_topic: str
    origin_partition: int
    origin_position: int
    event_id: str
    event_type: str
    attempts: int
    fault: Fault


class LetterRedriven(Body, frozen=True, kw_only=True):
    """Somebody sent a dead letter on its way again."""

    TYPE: ClassVar[str] = "grym.letter.redriven.v1"
    TOPIC: ClassVar[str] = "grym.audit.v1"

    letter_id: str
    by: str
    edited: bool = False
    original_sha256: str = ""
    sent_sha256: str = ""
    forced: bool = False


class LetterDiscarded(Body, frozen=True, kw_only=True):
    """Somebody decided that a dead letter is not to be redriven."""

    TYPE: ClassVar[str] = "grym.letter.discarded.v1"
    TOPIC: ClassVar[str] = "grym.audit.v1"

    letter_id: str
    by: str
    reason: str = ""


class MatchData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recognised pattern: confidence 0–1, where it lies in the sound, and why it was taken for a match.

    `evidence` holds the numbers behind it by name: aligned landmarks, tonal agreement, margin to the runner-up.
    """

    pattern_id: str
    name: str
    confidence: float
    offset_s: float = 0.0
    transposition_semitones: int = 0
    tempo_ratio: float = 1.0
    why: str = ""
    evidence: dict[str, float] = msgspec.field(default_factory=dict)


class PatternsRecalled(Body, frozen=True, kw_only=True):
    """What pattern memory answered; a fact, so a replay reads the same.

    Parameters
    ----------
    as_of
        Number of the newest event of pattern memory that was read.
    closest
        What comes closest where nothing is sure enough to be a match.
    degraded
        What could not be used, by name; empty when everything was.
    fault
        Why nothing could be recalled: a pattern asked for by name is not there; null otherwise.
    last
        The user's last piece, where the wish refers back and there is one.
    person
        What is known of the user that the piece can build on; null where that is nothing.
    """

    TYPE: ClassVar[str] = "grym.patterns.recalled.v1"
    TOPIC: ClassVar[str] = "grym.patterns.v1"

    known: bool
    matches: tuple[MatchData, ...] = ()
    closest: MatchData | None = None
    motifs: tuple[MotifData, ...] = ()
    searched: int = 0
    as_of: int = 0
    degraded: tuple[str, ...] = ()
    fault: Fault | None = None
    last: LastPieceData | None = None
    person: PersonData | None = None


class LearnedData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recording that is remembered; not `new` where it was known before and has been reinforced."""

    pattern_id: str
    name: str
    new: bool


class PatternsRemembered(Body, frozen=True, kw_only=True):
    """What pattern memory kept of a piece, or why nothing that was asked for.

    Parameters
    ----------
    new
        Which were not known before.
    learned
        What each recording is called.
    fault
        Why what was asked for could not be kept; null where it was.
    """

    TYPE: ClassVar[str] = "grym.patterns.remembered.v1"
    TOPIC: ClassVar[str] = "grym.patterns.v1"

    pattern_ids: tuple[str, ...]
    new: tuple[str, ...] = ()
    learned: tuple[LearnedData, ...] = ()
    fault: Fault | None = None


class PatternsChanged(Body, frozen=True, kw_only=True):
    """Pattern memory was changed by hand, or says why not.

    Parameters
    ----------
    pattern_ids
        The patterns that are different now.
    verdict_id
        Names what was said of a match, to take it back by; empty where nothing was.
    withdrawn
        What was taken back, by event id.
    fault
        What made the change impossible; null where it was made.
    """

    TYPE: ClassVar[str] = "grym.patterns.changed.v1"
    TOPIC: ClassVar[str] = "grym.patterns.v1"

    action: Literal["forget", "correct", "merge", "import", "judge", "withdraw", "relate"]
    pattern_ids: tuple[str, ...] = ()
    verdict_id: str = ""
    withdrawn: tuple[str, ...] = ()
    fault: Fault | None = None


class PatternStored(Body, frozen=True, kw_only=True):
    """Pattern memory holds a new pattern; its vectors lie in the database, under the same event id."""

    TYPE: ClassVar[str] = "grym.pattern.stored.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    pattern_kind: Literal["recording", "motif", "favourite"]
    name: str
    extractor: str
    duration_s: float = 0.0
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    category: str = ""
    vectors: int = 0
    dim: int = 0


class PatternReinforced(Body, frozen=True, kw_only=True):
    """A pattern was heard again."""

    TYPE: ClassVar[str] = "grym.pattern.reinforced.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    confidence: float


class PatternCorrected(Body, frozen=True, kw_only=True):
    """Somebody changed what is said of a pattern; null leaves a field as it was, an empty tag is removed."""

    TYPE: ClassVar[str] = "grym.pattern.corrected.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    name: str | None = None
    category: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class PatternMerged(Body, frozen=True, kw_only=True):
    """A pattern is the same as another, which stands for it from now on."""

    TYPE: ClassVar[str] = "grym.pattern.merged.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    into_id: str
    collection: str


class PatternRetired(Body, frozen=True, kw_only=True):
    """A pattern was given up: it is found no more."""

    TYPE: ClassVar[str] = "grym.pattern.retired.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    reason: str = ""


class RelationData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a pattern stands to another, strength 0–1.

    ``similar``, ``variant``, ``sequential``, ``contains``, ``overlapping``, ``same-type`` or ``composite``.
    """

    other_id: str
    kind: str
    strength: float


class PatternsRelated(Body, frozen=True, kw_only=True):
    """Relations of a pattern were found; they replace those found before."""

    TYPE: ClassVar[str] = "grym.pattern.related.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    relations: tuple[RelationData, ...]


class PatternReembedded(Body, frozen=True, kw_only=True):
    """The numbers of a pattern were made anew by another extractor."""

    TYPE: ClassVar[str] = "grym.pattern.reembedded.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    extractor: str
    vectors: int = 0
    dim: int = 0


class ParametersProposed(Body, frozen=True, kw_only=True):
    """The learner's answer: values 0–1 by name, where each came from, and how many ratings stand behind them.

    Parameters
    ----------
    arm
        What is served: ``learned``; or, with no values, ``holdout`` (the default by lot, to compare with), ``fallback``
        (the default, since the guard sees no gain) and ``default`` (nothing was learned yet).
    propensity
        How likely this arm was before the lot was drawn, above 0 to 1.
    position, as_of, state_sha256
        Pieces and opinions the learner's state held, the id of the newest event in it, and its digest.
    candidates_sha256
        Digest of the settings that were compared; empty where none were.
    verdict
        What the guard says, in a few words.
    expected, expected_default
        Utility 0–1 expected of these values, and of the default; null where nothing was learned yet.
    """

    TYPE: ClassVar[str] = "grym.parameters.proposed.v1"
    TOPIC: ClassVar[str] = "grym.learning.v1"

    parameters: dict[str, float]
    sources: dict[str, str]
    learner: str
    ratings: int
    arm: str = ""
    holdout: bool = False
    propensity: float = 1.0
    position: int = 0
    as_of: str = ""
    state_sha256: str = ""
    candidates_sha256: str = ""
    verdict: str = ""
    expected: float | None = None
    expected_default: float | None = None


class PlanMade(Body, frozen=True, kw_only=True):
    """A plan and who made it."""

    TYPE: ClassVar[str] = "grym.plan.made.v1"
    TOPIC: ClassVar[str] = "grym.generation.v1"

    plan: PlanData


class GenerationProgressed(Body, frozen=True, kw_only=True):
    """How far a piece is: stage by name, share 0–1."""

    TYPE: ClassVar[str] = "grym.music.progressed.v1"
    TOPIC: ClassVar[str] = "grym.generation.v1"

    stage: str
    share: float
    round: int = 1


class MusicGenerated(Body, frozen=True, kw_only=True):
    """A piece exists: score, notation, sound and stems as artifacts, with what made them."""

    TYPE: ClassVar[str] = "grym.music.generated.v1"
    TOPIC: ClassVar[str] = "grym.generation.v1"

    midi: ArtifactRef
    musicxml: ArtifactRef
    backend: str
    duration_s: float
    audio: ArtifactRef | None = None
    stems: tuple[ArtifactRef, ...] = ()
    pages: tuple[ArtifactRef, ...] = ()
    sample_rate_hz: int | None = None
    score_checks: tuple[CheckResult, ...] = ()
    motifs: tuple[MotifData, ...] = ()
    uses: tuple[MotifUse, ...] = ()
    provenance: dict[str, str] = msgspec.field(default_factory=dict)
    timings_s: dict[str, float] = msgspec.field(default_factory=dict)
    round: int = 1
    reference: TakenData | None = None
    settings: dict[str, float] = msgspec.field(default_factory=dict)


class FeaturesExtracted(Body, frozen=True, kw_only=True):
    """The facts of a sound, and what it would leave in pattern memory; `windows` is no longer written."""

    TYPE: ClassVar[str] = "grym.features.extracted.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    analysis: Analysis
    windows: ArtifactRef | None = None
    imprint: ArtifactRef | None = None
    extractor: str = "dsp/1"
    round: int = 1


class SourceStudied(Body, frozen=True, kw_only=True):
    """What a source is made of; `score` is what was read of it, None where only `fault` says why it could not be."""

    TYPE: ClassVar[str] = "grym.source.studied.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    facts: SourceFacts | None = None
    score: ArtifactRef | None = None
    fault: Fault | None = None


class EnhancementProgressed(Body, frozen=True, kw_only=True):
    """How far the repair of a sound is: stage by name, share 0–1."""

    TYPE: ClassVar[str] = "grym.audio.progressed.v1"
    TOPIC: ClassVar[str] = "grym.enhancing.v1"

    stage: str
    share: float


class AudioEnhanced(Body, frozen=True, kw_only=True):
    """What was wrong with a sound, what was done about it, and which of the two was kept.

    Parameters
    ----------
    kept
        ``enhanced``, or ``original`` where nothing was wrong or no repair made it better.
    before, after
        Measures by name, each in the unit its name ends in; null where it cannot be measured.
    steps
        Every stage in the order it was tried, those that were not needed included.
    audio
        The repaired sound; null where the original was kept or nobody asked for more than a look.
    fault
        Why the sound cannot be used; everything else is empty then.
    """

    TYPE: ClassVar[str] = "grym.audio.enhanced.v1"
    TOPIC: ClassVar[str] = "grym.enhancing.v1"

    kept: Literal["original", "enhanced"] = "original"
    before: dict[str, float | None] = msgspec.field(default_factory=dict)
    after: dict[str, float | None] = msgspec.field(default_factory=dict)
    steps: tuple[RepairStep, ...] = ()
    audio: ArtifactRef | None = None
    duration_s: float = 0.0
    sample_rate_hz: int | None = None
    channels: int = 0
    fault: Fault | None = None


class ImprintTaken(Body, frozen=True, kw_only=True):
    """What a sound would leave in pattern memory; `extractor` says how it was made."""

    TYPE: ClassVar[str] = "grym.imprint.taken.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    imprint: ArtifactRef
    extractor: str
    duration_s: float


class AudioRefused(Body, frozen=True, kw_only=True):
    """A sound could not be analysed, and its sender is to blame."""

    TYPE: ClassVar[str] = "grym.audio.refused.v1"
    TOPIC: ClassVar[str] = "grym.features.v1"

    fault: Fault
    round: int = 1


class QualityRated(Body, frozen=True, kw_only=True):
    """Every check with what was measured and required.

    Parameters
    ----------
    profile
        Name of what it was judged by; empty in events of earlier versions.
    """

    TYPE: ClassVar[str] = "grym.quality.rated.v1"
    TOPIC: ClassVar[str] = "grym.quality.v1"

    passed: bool
    checks: tuple[CheckResult, ...]
    round: int = 1
    profile: str = ""


class FeedbackGiven(Body, frozen=True, kw_only=True):
    """A listener's opinion: stars 1–5, aspects 1–5, or a preference over another piece. Subject: the rated request."""

    TYPE: ClassVar[str] = "grym.feedback.given.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    stars: int | None = None
    aspects: dict[str, int] = msgspec.field(default_factory=dict)
    preferred_over: str | None = None


class ParametersExposed(Body, frozen=True, kw_only=True):
    """A piece with these parameters reached a listener; ratings of it are credited to them.

    Parameters
    ----------
    parameters
        What the finished piece really has, which may differ from what was proposed.
    asked
        Names that the wish decided; what was heard of them says nothing about the learner.
    defaults
        As in the question: what the piece would have had without the learner; taste is learned as a distance from it.
    arm, propensity, expected
        As in the proposal that the piece was made with.
    """

    TYPE: ClassVar[str] = "grym.parameters.exposed.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    style: str
    parameters: dict[str, float]
    quality_passed: bool
    quality_share: float
    mood: str = ""
    asked: tuple[str, ...] = ()
    defaults: dict[str, float] = msgspec.field(default_factory=dict)
    arm: str = ""
    propensity: float = 1.0
    expected: float | None = None


class OpinionCredited(Body, frozen=True, kw_only=True):
    """An opinion together with what it is about: the learner's own step from a piece to its parameters.

    Parameters
    ----------
    stars
        1–5, aspects folded in.
    parameters
        Of the piece, each 0–1 by name.
    """

    TYPE: ClassVar[str] = "grym.opinion.credited.v1"
    TOPIC: ClassVar[str] = "grym.feedback.v1"

    user: str
    style: str
    stars: float
    parameters: dict[str, float]
    feedback_id: str


class FeedbackFolded(Body, frozen=True, kw_only=True):
    """The learner has taken in an opinion, or says why it has no effect.

    Parameters
    ----------
    held
        Whether the opinion waits for its piece, which is not finished; told again once it counts.
    code
        Why it has no effect, as a stable name such as `feedback.unknown`; empty where it has one.
    """

    TYPE: ClassVar[str] = "grym.feedback.folded.v1"
    TOPIC: ClassVar[str] = "grym.learning.v1"

    feedback_id: str
    accepted: bool
    reason: str = ""
    style: str = ""
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    held: bool = False
    code: str = ""


class PieceNoted(Body, frozen=True, kw_only=True):
    """The learner knows of a piece that reached its listener: opinions of it count from now on.

    Parameters
    ----------
    arm
        What was served, as in the proposal.
    """

    TYPE: ClassVar[str] = "grym.piece.noted.v1"
    TOPIC: ClassVar[str] = "grym.learning.v1"

    style: str
    arm: str = ""


class GuardChanged(Body, frozen=True, kw_only=True):
    """The guard lets learned values through again, or falls back to the default, and says why.

    It judges each style and mood by itself, so that one may be served while the other is not.

    Parameters
    ----------
    serving
        Whether learned values are served from now on.
    lower, holdout
        Lower confidence bound of the utility 0–1 of what was learned, and the mean of what it is compared with.
    """

    TYPE: ClassVar[str] = "grym.guard.changed.v1"
    TOPIC: ClassVar[str] = "grym.learning.v1"

    style: str
    serving: bool
    reason: str
    lower: float
    holdout: float
    mood: str = ""


class StreamOpened(Body, frozen=True, kw_only=True):
    """A live stream has begun; its id is a request id."""

    TYPE: ClassVar[str] = "grym.stream.opened.v1"
    TOPIC: ClassVar[str] = "grym.audio-frames.v1"

    sample_rate_hz: int
    channels: int
    sample_format: Literal["s16le", "f32le"]


class StreamClosed(Body, frozen=True, kw_only=True):
    """A live stream has ended after `frames` frames."""

    TYPE: ClassVar[str] = "grym.stream.closed.v1"
    TOPIC: ClassVar[str] = "grym.audio-frames.v1"

    frames: int
    reason: str = "ended"


class BreakerChanged(Body, frozen=True, kw_only=True):
    """A circuit breaker changed state (``closed``, ``open``, ``half-open``)."""

    TYPE: ClassVar[str] = "grym.breaker.changed.v1"
    TOPIC: ClassVar[str] = "grym.breakers.v1"

    dependency: str
    state: Literal["closed", "open", "half-open"]
    before: Literal["closed", "open", "half-open"]
