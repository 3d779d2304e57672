"""What a request must keep to be accepted at all; everything else is decided by those who do the work."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from grym.domain.enhancing import STAGES
from grym.domain.patterns.names import CONTROL
from grym.domain.sessions.settings import checked_settings
from grym.errors import InvalidRequestError
from schemas.body import ARTIFACT_ADDRESS, ArtifactRef, Body
from schemas.commands import (
    RequestAnalysis,
    RequestComposition,
    RequestEnhancement,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
)
from streams.coordinator.run import Request
from streams.coordinator.standing import candidates

MAX_DEADLINE_S = 7 * 86_400.0  # the retention of requests: a later deadline would outlive the request itself
MAX_SEED = 2**63 - 1  # fits every integer column
EMBEDDING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""The analysis' own, ``dsp``, or the name of a saved model; which models there are, only the workers know."""
BACKEND = re.compile(r"[a-z][a-z0-9_-]{0,31}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
"""A renderer, or a kind of neural model with the name of one after a slash."""
MAX_PRIORITY = 10
MAX_GRID_TICKS = 1920  # a whole note
MAX_PLAYERS = 10  # as many as a plan takes
MAX_NAME_CHARACTERS = 200  # users, collections, patterns and tags are names, not texts
MAX_TAGS = 32
MAX_NOTE_CHARACTERS = 4000  # some pages: more is no note on a match
MAX_TOP = 100  # more matches than anybody reads
MAX_LENT = 3  # what a piece has places for: its first section, its second, and the rest


def check_bounds(wish: Request) -> None:
    """Refuse what is impossible whatever the state of the world.

    Raises
    ------
    InvalidRequestError
        With a code that starts with ``request.``.
    """
    if not (math.isfinite(wish.deadline_s) and 0 < wish.deadline_s <= MAX_DEADLINE_S):
        raise _refusal("deadline", "the deadline must lie between 0 and 604800 seconds", "Leave it out to get 600.")
    if not 0 < len(wish.user) <= MAX_NAME_CHARACTERS or CONTROL.search(wish.user):
        raise _refusal("user", "a user name has 1 to 200 characters, none of them a control character", "Change it.")
    _CHECKS[type(wish)](wish)


def _check_composition(wish: RequestComposition) -> None:
    if abs(wish.priority) > MAX_PRIORITY:
        raise _refusal("priority", "a priority is a whole number from -10 to 10", "Leave it out to get 0.")
    if not BACKEND.fullmatch(wish.backend):
        raise _refusal("backend", f"{wish.backend[:80]!r} is no name of a backend", "Leave it out to get auto.")
    if wish.seed is not None and not 0 <= wish.seed <= MAX_SEED:
        raise _refusal("seed", "a seed is a whole number from 0 to 9223372036854775807", "Choose one of those.")
    if len(wish.pattern_ids) > MAX_LENT or not all(0 < len(name) <= MAX_NAME_CHARACTERS for name in wish.pattern_ids):
        raise _refusal("patterns", f"a piece builds on at most {MAX_LENT} patterns, by their ids", "Name fewer.")
    if wish.settings:
        checked_settings(next(iter(candidates(wish.backend)), wish.backend), wish.settings)
    _check_rework(wish)


def _check_rework(wish: RequestComposition) -> None:
    if (wish.source is None) != (wish.rework is None):
        raise _refusal("source", "a source and what is to be done with it come together", "Send both, or neither.")
    if wish.source is None or wish.rework is None:
        return
    if not ARTIFACT_ADDRESS.fullmatch(wish.source.uri):
        hint = "Store the file first, and send the reference that the store gives."
        raise _refusal("source", "the source is not the address of an artifact", hint)
    rework = wish.rework
    if not 0 <= rework.first_bar <= rework.last_bar or (rework.first_bar == 0) != (rework.last_bar == 0):
        raise _refusal("bars", "bars are two numbers from 1, the first not above the last", "Write --bars 5-8.")
    if not (math.isfinite(rework.humanise) and 0.0 <= rework.humanise <= 1.0):
        raise _refusal("humanise", "unevenness lies between 0 and 1", "Leave it out for none.")
    if not 0 <= rework.quantise_ticks <= MAX_GRID_TICKS:
        raise _refusal("quantise", "a grid is 1/4 to 1/64 of a whole note", "Write --quantise 1/16.")
    if len(rework.instruments) > MAX_PLAYERS or any(len(name) > MAX_NAME_CHARACTERS for name in rework.instruments):
        raise _refusal("instruments", f"at most {MAX_PLAYERS} players, each by a short name", "Name fewer.")


def _check_analysis(wish: RequestAnalysis) -> None:
    _check_sound(wish.audio)
    if not EMBEDDING.fullmatch(wish.embedding):
        hint = "Leave it out to get dsp, or name a saved model."
        raise _refusal("embedding", f"{wish.embedding[:80]!r} is no name of an embedding", hint)


def _check_enhancement(wish: RequestEnhancement) -> None:
    _check_sound(wish.audio)
    unknown = sorted(set(wish.stages) - set(STAGES))
    if unknown or len(set(wish.stages)) != len(wish.stages):
        wrong = f"there is no stage {unknown[0][:80]!r}" if unknown else "a stage is named twice"
        raise _refusal("stages", wrong, f"Choose among: {', '.join(STAGES)}; leave it out for what is needed.")


def _check_learning(wish: RequestLearning) -> None:
    _check_sound(wish.audio)
    _check_collection(wish.collection)
    _check_words(wish.name, wish.category, wish.tags)


def _check_recognition(wish: RequestRecognition) -> None:
    _check_sound(wish.audio)
    _check_collection(wish.collection)
    if not 1 <= wish.top <= MAX_TOP:
        raise _refusal("top", f"1 to {MAX_TOP} matches can be asked for", "Leave it out to get 5.")


def _check_change(wish: RequestPatternChange) -> None:
    _check_collection(wish.collection)
    _check_words(wish.name or "", wish.category or "", wish.tags)
    if len(wish.reason) > MAX_NAME_CHARACTERS:
        raise _refusal("reason", "a reason has at most 200 characters", "Shorten it.")
    if wish.action == "import":
        if wish.file is None or not ARTIFACT_ADDRESS.fullmatch(wish.file.uri):
            raise _refusal("file", "an import needs the exported file", "Store it first, and send its reference.")
    elif wish.action != "withdraw" and not 0 < len(wish.pattern_id) <= MAX_NAME_CHARACTERS:
        raise _refusal("pattern", "the id of a pattern is missing", "`grym patterns ls` lists them.")
    if wish.action == "merge" and wish.into_id in {"", wish.pattern_id}:
        raise _refusal("merge", "a pattern is merged into another one", "Name two different patterns.")
    if wish.action == "judge":
        _check_verdict(wish)
    if wish.action == "correct" and wish.name is None and wish.category is None and not wish.tags:
        raise _refusal("correction", "nothing is to be corrected", "Name what is wrong: name, category or tags.")


def _check_verdict(wish: RequestPatternChange) -> None:
    said = wish.verdict
    if said is None:
        raise _refusal("verdict", "nothing is said of the match", "Say that it is right, or wrong.")
    if not (0.0 < said.certainty <= 1.0 and (said.confidence is None or 0.0 <= said.confidence <= 1.0)):
        raise _refusal("certainty", "how sure somebody is lies between 0 and 1", "Leave it out where you are sure.")
    numbers = [said.offset_s, said.start_s, said.end_s, said.tempo_ratio, *said.evidence.values()]
    if not all(number is None or math.isfinite(number) for number in numbers) or len(said.evidence) > MAX_TAGS:
        raise _refusal("evidence", "a number of the match is none", "Send the match as it was told.")
    if len(wish.note) > MAX_NOTE_CHARACTERS:
        raise _refusal("note", f"a note has at most {MAX_NOTE_CHARACTERS} characters", "Shorten it.")


def _check_sound(audio: ArtifactRef) -> None:
    if not ARTIFACT_ADDRESS.fullmatch(audio.uri):
        hint = "Store the sound first, and send the reference that the store gives."
        raise _refusal("audio", "the sound is not the address of an artifact", hint)


def _check_collection(collection: str) -> None:
    if not 0 < len(collection) <= MAX_NAME_CHARACTERS or CONTROL.search(collection):
        raise _refusal(
            "collection",
            "a collection has a name of 1 to 200 characters, none of them for control",
            "Leave it out to get default.",
        )


def _check_words(name: str, category: str, tags: Mapping[str, str]) -> None:
    if len(tags) > MAX_TAGS or "" in tags:
        raise _refusal("tags", f"a pattern has at most {MAX_TAGS} tags, and each has a name", "Leave some out.")
    if any(len(word) > MAX_NAME_CHARACTERS for word in (name, category, *tags, *tags.values())):
        raise _refusal("name", "a name, a category or a tag has at most 200 characters", "Shorten it.")


def _refusal(what: str, message: str, hint: str) -> InvalidRequestError:
    return InvalidRequestError(message, code=f"request.{what}", hint=hint)


_CHECKS: Mapping[type[Body], Callable[[Any], None]] = {
    RequestComposition: _check_composition,
    RequestAnalysis: _check_analysis,
    RequestLearning: _check_learning,
    RequestRecognition: _check_recognition,
    RequestPatternChange: _check_change,
    RequestEnhancement: _check_enhancement,
}
