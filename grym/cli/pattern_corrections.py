"""``grym patterns correct``: what a pattern is called, and what somebody says of a match with it.

A match is named by the request that told it: ``REQUEST`` for the surest one, ``REQUEST#2`` for the second, and
``REQUEST#0`` for what came closest where nothing was sure enough.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import TimeoutOption, UserOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.patterns import PatternFacts
    from grym.runtime import Runtime
    from schemas.commands import RequestPatternChange
    from schemas.verdicts import VerdictData

CLOSEST = 0

PatternOrMatch = Annotated[
    str,
    typer.Argument(
        metavar="ID|MATCH",
        help="Id or name of a pattern; or a match, as the request that told it: REQUEST, or REQUEST#2 for the second.",
    ),
]
NewName = Annotated[str | None, typer.Option("--name", help="What it is called from now on.", show_default=False)]
NewCategory = Annotated[
    str | None,
    typer.Option(
        "--category", "--type", help="New category; with a verdict, it is said with that.", show_default=False
    ),
]
TagChange = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME=VALUE", help="New value; an empty one removes the tag.", show_default=False),
]
RightOption = Annotated[
    bool | None, typer.Option("--right/--wrong", help="Say whether the match was right.", show_default=False)
]
ConfidenceOption = Annotated[
    float | None,
    typer.Option("--confidence", help="How sure you are, more than 0 and at most 1; by default 1.", show_default=False),
]
RangeOption = Annotated[
    str | None,
    typer.Option(
        "--range", metavar="START-END", help="Where in the recording it really lies, in seconds.", show_default=False
    ),
]
SimilarOption = Annotated[
    bool, typer.Option("--similar", help="Have it spread to similar patterns of the same category.", show_default=False)
]
NoteOption = Annotated[str, typer.Option("--note", help="Why, in your own words.", show_default=False)]
UndoOption = Annotated[
    bool, typer.Option("--undo", help="Take back what you said last of this pattern.", show_default=False)
]
VerdictOption = Annotated[
    str, typer.Option("--verdict", metavar="VERDICT_ID", help="Take this one back (with --undo).", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    command(app, "correct")(correct)


async def correct(
    screen: Screen,
    *,
    pattern: PatternOrMatch,
    name: NewName = None,
    category: NewCategory = None,
    tag: TagChange = None,
    right: RightOption = None,
    confidence: ConfidenceOption = None,
    place: RangeOption = None,
    similar: SimilarOption = False,
    note: NoteOption = "",
    undo: UndoOption = False,
    verdict: VerdictOption = "",
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Say whether a match was right, and what is right instead; or change what a pattern is called."""
    from grym.cli.pattern_library import change_all
    from grym.cli.patterns import tags_of

    said = Said(right=right, certainty=confidence, place=range_of(place), similar=similar, note=note)
    _check(said, undo=undo, verdict=verdict, renames=name is not None or bool(tag))
    tags = tags_of(tag)

    async def wish(runtime: "Runtime") -> "tuple[PatternFacts, RequestPatternChange]":
        from schemas.commands import RequestPatternChange

        meant = await _meant(runtime, pattern, user=user)
        about: dict[str, Any] = {"pattern_id": meant.facts.pattern_id, "collection": meant.facts.collection}
        about |= {"user": user, "category": category}
        if undo:
            del about["category"]
            return meant.facts, RequestPatternChange(action="withdraw", verdict_id=verdict, **about)
        if said.is_anything:
            told = said.about(meant.match)
            return meant.facts, RequestPatternChange(action="judge", verdict=told, note=note, **about)
        return meant.facts, RequestPatternChange(action="correct", name=name, tags=tags, **about)

    return await change_all(screen, [wish], timeout_s=timeout_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a match."""

    right: bool | None
    certainty: float | None
    place: tuple[float, float] | None
    similar: bool
    note: str

    @property
    def is_anything(self) -> bool:
        """Whether it is a verdict at all."""
        return self.right is not None

    @property
    def needs_a_verdict(self) -> bool:
        """Whether it makes sense only beside a verdict."""
        return self.certainty is not None or self.place is not None or self.similar or bool(self.note)

    def about(self, match: dict[str, Any] | None) -> "VerdictData":
        """Return the verdict on a match as it travels; on the pattern alone where no match is meant."""
        from schemas.verdicts import VerdictData

        told = {name: match[name] for name in _OF_A_MATCH} if match else {}
        start_s, end_s = self.place or (None, None)
        return VerdictData(
            right=bool(self.right),
            certainty=1.0 if self.certainty is None else self.certainty,
            start_s=start_s,
            end_s=end_s,
            similar=self.similar,
            **told,
        )


_OF_A_MATCH = ("confidence", "offset_s", "transposition_semitones", "tempo_ratio", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """The pattern somebody means, and the match with it where one was named."""

    facts: "PatternFacts"
    match: dict[str, Any] | None = None


def range_of(words: str | None) -> tuple[float, float] | None:
    """Return beginning and end in seconds of words such as ``12.5-31``.

    Raises
    ------
    InvalidRequestError
        ``request.range``.
    """
    if words is None:
        return None
    start, dash, end = words.partition("-")
    try:
        start_s, end_s = float(start), float(end)
    except ValueError:
        start_s = end_s = 0.0
    if not dash or not 0.0 <= start_s < end_s < float("inf"):
        raise InvalidRequestError(
            f"{words!r} is no range of seconds", code="request.range", hint="Write START-END, such as 12.5-31."
        )
    return start_s, end_s


def _check(said: Said, *, undo: bool, verdict: str, renames: bool) -> None:
    """Refuse options that say two things at once, or nothing."""
    if said.certainty is not None and not 0.0 < said.certainty <= 1.0:
        raise InvalidRequestError(
            "how sure somebody is lies between 0 and 1", code="request.certainty", hint="Leave it out where you are."
        )
    if undo and (said.is_anything or said.needs_a_verdict or renames):
        raise InvalidRequestError(
            "taking back and saying something are two errands", code="request.verdict", hint="Give --undo alone."
        )
    if verdict and not undo:
        raise InvalidRequestError("a verdict is named to take it back", code="request.verdict", hint="Add --undo.")
    if said.needs_a_verdict and not said.is_anything:
        raise InvalidRequestError(
            "nothing says whether the match was right", code="request.verdict", hint="Add --right or --wrong."
        )
    if said.is_anything and renames:
        raise InvalidRequestError(
            "a verdict and a new name are two errands", code="request.verdict", hint="Correct the name by itself."
        )


async def _meant(runtime: "Runtime", name: str, *, user: str) -> _Meant:
    """Return the pattern that is meant, by itself or by a match.

    Raises
    ------
    InvalidRequestError
        ``pattern.unknown``, ``pattern.ambiguous``, ``pattern.no_match``, ``pattern.foreign_match``.
    """
    from grym.cli.named_patterns import found_pattern

    request_id, sharp, number = name.partition("#")
    if not sharp:
        try:
            return _Meant(facts=await found_pattern(runtime.backend.book, name))
        except InvalidRequestError as error:
            if error.code != "pattern.unknown":
                raise
    match = await _match(runtime, request_id, number, user=user)
    return _Meant(facts=await found_pattern(runtime.backend.book, match["pattern_id"]), match=match)


async def _match(runtime: "Runtime", request_id: str, number: str, *, user: str) -> dict[str, Any]:
    """Return a match that a request told, as it was told."""
    try:
        status = await runtime.client.status(request_id)
    except InvalidRequestError as error:
        raise _no_match(f"there is neither a pattern nor a request {request_id!r}", code="pattern.unknown") from error
    await _check_own(runtime, request_id, user=user)
    matches, closest = _matches(status.result)
    if not number:
        chosen = matches[0] if matches else closest
    elif not number.isdecimal():
        chosen = None
    elif int(number) == CLOSEST:
        chosen = closest
    else:
        chosen = matches[int(number) - 1] if int(number) <= len(matches) else None
    if chosen is None:
        raise _no_match(f"the request {request_id} told {len(matches)} matches", code="pattern.no_match")
    return chosen


def _matches(result: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Return what a recognition or an analysis told, with all that a match has."""
    usual = {"offset_s": 0.0, "transposition_semitones": 0, "tempo_ratio": 1.0, "evidence": {}}
    told = result.get("matches") or result.get("patterns") or []
    closest = result.get("closest")
    return [usual | match for match in told], usual | closest if closest else None


async def _check_own(runtime: "Runtime", request_id: str, *, user: str) -> None:
    """Refuse verdicts on what somebody else was told: only who heard the sound can judge it."""
    asked = next((getattr(one.body, "user", None) for one in await runtime.client.story(request_id)), None)
    if asked not in {None, user}:
        raise InvalidRequestError(
            "somebody else was told this match",
            code="pattern.foreign_match",
            hint="Recognise the sound yourself, or judge the pattern by its id.",
        )


def _no_match(message: str, *, code: str) -> InvalidRequestError:
    return InvalidRequestError(message, code=code, hint="`grym patterns ls` lists patterns, `grym ls` requests.")
