"""The state of one request: one row with a version, changed only by its own events.

A run is what happens between acceptance and its terminal event; a redrive begins the next one under the same request
id and keeps the answers of finished steps.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast

import msgspec

from schemas.body import Body, CheckResult, Fault
from schemas.commands import (
    RequestAnalysis,
    RequestComposition,
    RequestEnhancement,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
)
from schemas.events import (
    AudioEnhanced,
    FeaturesExtracted,
    ImprintTaken,
    MusicGenerated,
    ParametersProposed,
    PatternsChanged,
    PatternsRecalled,
    PatternsRemembered,
    PlanMade,
    QualityRated,
    SourceStudied,
)
from schemas.live import StreamEnded
from schemas.music import PlanData

Kind = Literal["compose", "analyze", "learn", "recognise", "change", "listen", "enhance"]
Status = Literal["expected", "running", "completed", "rejected", "dead_lettered", "cancelled"]
Request = (
    RequestComposition
    | RequestAnalysis
    | RequestLearning
    | RequestRecognition
    | RequestPatternChange
    | RequestEnhancement
)
"""What begins a run."""

KINDS: Mapping[type[Body], Kind] = {
    RequestComposition: "compose",
    RequestAnalysis: "analyze",
    RequestLearning: "learn",
    RequestRecognition: "recognise",
    RequestPatternChange: "change",
    RequestEnhancement: "enhance",
}
REQUESTS = tuple(KINDS)
_FIELDS: Mapping[type[Body], str] = {
    RequestComposition: "composition",
    RequestAnalysis: "analysis",
    RequestLearning: "learning",
    RequestRecognition: "recognition",
    RequestPatternChange: "change",
    RequestEnhancement: "enhancement",
}


class Answers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the capabilities answered, by step; None until then."""

    recall: PatternsRecalled | None = None
    parameters: ParametersProposed | None = None
    plan: PlanMade | None = None
    generate: MusicGenerated | None = None
    features: FeaturesExtracted | None = None
    rate: QualityRated | None = None
    remember: PatternsRemembered | None = None
    imprint: ImprintTaken | None = None
    change: PatternsChanged | None = None
    listen: StreamEnded | None = None
    study: SourceStudied | None = None
    enhance: AudioEnhanced | None = None

    def ended(self) -> frozenset[str]:
        """Return the names of the steps that were answered."""
        return frozenset(name for name in self.__struct_fields__ if getattr(self, name) is not None)


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """One finished round: its plan and what came of it."""

    round: int
    plan: PlanData
    generate: MusicGenerated
    features: FeaturesExtracted | None
    rate: QualityRated


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What the round before was made with, and what it failed."""

    parameters: dict[str, float]
    failed: tuple[CheckResult, ...]


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a step started and ended, by log-append times."""

    started_at: datetime
    ended_at: datetime | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything the coordinator knows of a request.

    ``expected``: only a cancel has arrived so far (`cancel_reason`); the request will be cancelled once it comes.
    `refers_back`: the wish means the user's last piece, and `follows` names what of ``style`` and ``mode`` is its.
    `defaults` are the values 0–1 that the piece would have without a learner, `fixed` those that the wish decides.
    `correlation_id` is what its events carry where the request came with one of its own; empty where that is its id.
    """

    request_id: str
    status: Status
    kind: Kind = "compose"
    run_no: int = 1
    round: int = 1
    created_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    composition: RequestComposition | None = None
    analysis: RequestAnalysis | None = None
    learning: RequestLearning | None = None
    recognition: RequestRecognition | None = None
    change: RequestPatternChange | None = None
    enhancement: RequestEnhancement | None = None
    prompt_ref: str = ""
    style: str = ""
    mode: str = ""
    mood: str = ""
    defaults: dict[str, float] = msgspec.field(default_factory=dict)
    fixed: dict[str, float] = msgspec.field(default_factory=dict)
    follows: frozenset[str] = frozenset()
    refers_back: bool = False
    seed: int = 0
    request_event_id: str = ""
    input_sha256: str = ""
    tenant: str = ""
    correlation_id: str = ""
    cancel_reason: str = ""
    plan: PlanData | None = None
    answers: Answers = Answers()
    started: frozenset[str] = frozenset()
    best: Take | None = None
    tried: Tried | None = None
    spans: dict[str, Span] = msgspec.field(default_factory=dict)
    result: dict[str, Any] = msgspec.field(default_factory=dict)
    fault: Fault | None = None
    letter_id: str = ""

    @property
    def over(self) -> bool:
        """Whether the run has reached its terminal event."""
        return self.status not in {"expected", "running"}

    @property
    def has_request(self) -> bool:
        """Whether the request itself is known: not before it comes, for streams, or once its sender is erased."""
        return any(getattr(self, name) is not None for name in _FIELDS.values())

    @property
    def request(self) -> Request:
        """The request itself, without its personal text."""
        request = next(filter(None, (getattr(self, name) for name in _FIELDS.values())), None)
        assert request is not None
        return cast("Request", request)

    def asking(self, request: Request) -> "Run":
        """Return the run with its request; what is personal in it stays out."""
        if isinstance(request, RequestComposition):
            request = msgspec.structs.replace(request, prompt="")
        elif isinstance(request, RequestPatternChange) and request.note:
            request = msgspec.structs.replace(request, note="")
        known = {"kind": KINDS[type(request)], _FIELDS[type(request)]: request}
        return msgspec.structs.replace(self, **known)

    @property
    def skipped(self) -> frozenset[str]:
        """Steps that this request does not need."""
        if self.composition is not None:
            silent = frozenset({"features"}) if self.composition.backend == "score" else frozenset[str]()
            return silent if self.composition.source is not None else silent | {"study"}
        if self.analysis is not None and not self.analysis.recognise:
            return frozenset({"recall"})
        return frozenset()

    @property
    def held(self) -> frozenset[str]:
        """Steps that wait for the last piece or for the source, since its style decides what they ask for."""
        recalling = self.refers_back and self.answers.recall is None
        studying = self.composition is not None and self.composition.source is not None and self.answers.study is None
        return frozenset({"parameters"}) if recalling or studying else frozenset()

    @property
    def ended(self) -> frozenset[str]:
        """Steps that need not be waited for."""
        return self.answers.ended() | self.skipped

    def answered(self, step: str, body: Body, *, at: datetime) -> "Run":
        """Return the run with the answer of a step."""
        begun = self.spans[step].started_at if step in self.spans else at
        return msgspec.structs.replace(
            self,
            answers=msgspec.structs.replace(self.answers, **{step: body}),
            spans={**self.spans, step: Span(started_at=begun, ended_at=at)},
        )

    def without(self, steps: frozenset[str]) -> "Run":
        """Return the run with some steps undone, so that they are done again."""
        return msgspec.structs.replace(
            self,
            answers=msgspec.structs.replace(self.answers, **dict.fromkeys(steps)),
            started=self.started - steps,
        )
