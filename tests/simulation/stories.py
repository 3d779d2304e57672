"""What upstream sends about one request: sane, doubled, cancelled, nagging, broken, or never to end by itself."""

import random
from dataclasses import dataclass, field

import msgspec

from schemas.commands import (
    CancelRequest,
    RequestAnalysis,
    RequestComposition,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
)
from schemas.events import FeedbackGiven
from schemas.records import Message
from schemas.reworking import ReworkData
from streams.coordinator.run import Request
from tests.contract.fakes import message
from tests.simulation.capabilities import SOUND

LONG_S = 900.0
SHORT_S = 6.0
"""Deadline of what would never end by itself."""
OFTEN = 0.25


@dataclass(slots=True, kw_only=True)
class Story:
    """The messages about one request, in order, and what is odd about them."""

    request_id: str
    deadline_s: float
    messages: list[Message] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)


KINDS = (
    *("compose", "compose", "compose", "compose", "analyze", "refused", "endless"),
    *("learn", "learn-refused", "learn-nothing", "recognise", "change", "change-nothing"),
    *("rework", "rework-refused"),
)
"""What is asked for, by the end of the request's id; what follows a hyphen is what becomes of it."""


def story(chance: random.Random, name: str) -> Story:
    """Return what upstream sends about one request; its id ends with what is special about it."""
    kind = chance.choice(KINDS)
    deadline_s = SHORT_S if kind == "endless" else LONG_S
    told = Story(request_id=f"{name}-{kind}", deadline_s=deadline_s)
    wish = _wish(kind, deadline_s)
    asked = message(wish, subject=told.request_id, event_id=f"{told.request_id}/ask")
    told.messages.append(asked)
    if kind == "endless":
        told.oddities.append("endless work")
    _repeat(chance, told, asked)
    _cancel(chance, told)
    _spoil(chance, told, wish)
    return told


def _wish(kind: str, deadline_s: float) -> Request:
    match kind.split("-", maxsplit=1)[0]:
        case "analyze" | "refused":
            return RequestAnalysis(audio=SOUND, deadline_s=deadline_s)
        case "learn":
            return RequestLearning(audio=SOUND, name="tune", deadline_s=deadline_s)
        case "recognise":
            return RequestRecognition(audio=SOUND, deadline_s=deadline_s)
        case "rework":
            rework = ReworkData(verb="arrange")
            return RequestComposition(prompt="music", source=SOUND, rework=rework, deadline_s=deadline_s)
        case "change":
            return RequestPatternChange(action="forget", pattern_id="p", deadline_s=deadline_s)
        case _:
            return RequestComposition(prompt="a calm piano piece in D minor", deadline_s=deadline_s)


def _repeat(chance: random.Random, told: Story, asked: Message) -> None:
    if chance.random() < OFTEN:
        told.messages.append(asked)
        told.oddities.append("requests doubled")


def _cancel(chance: random.Random, told: Story) -> None:
    if chance.random() < OFTEN:
        cancel = message(CancelRequest(), subject=told.request_id, event_id=f"{told.request_id}/cancel")
        told.messages.insert(chance.randint(0, len(told.messages)), cancel)
        told.oddities.append("cancels")
    if chance.random() < OFTEN:
        told.messages += [
            message(CancelRequest(), subject=told.request_id, event_id=f"{told.request_id}/again{n}") for n in range(4)
        ]
        told.oddities.append("cancels repeated")


def _spoil(chance: random.Random, told: Story, wish: Request) -> None:
    if chance.random() < OFTEN:
        broken = message(wish, subject=told.request_id, event_id=f"{told.request_id}/broken")
        told.messages.append(msgspec.structs.replace(broken, value=b'{"prompt"'))
        told.oddities.append("undecodable records")
    if chance.random() < OFTEN:
        opinion = FeedbackGiven(user="u", stars=4)
        told.messages.append(message(opinion, subject=told.request_id, event_id=f"{told.request_id}/opinion", key="u"))
