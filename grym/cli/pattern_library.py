"""``grym patterns``: the library: what is kept, and changing what is said of it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.named_patterns import found_pattern
from grym.cli.options import TimeoutOption, UserOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.patterns import PatternBook, PatternFacts, Verdict
    from grym.runtime import Runtime
    from schemas.commands import RequestPatternChange

KINDS = ("recording", "motif", "favourite")
ORDERS = ("newest", "name", "count", "duration")

PatternArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the pattern, how it alone begins, or its name where only one has it.")
]
PatternsArgument = Annotated[list[str], typer.Argument(metavar="ID…", help="Ids or names of patterns.")]
IntoArgument = Annotated[str, typer.Argument(metavar="INTO", help="The pattern that stands for both from now on.")]
TagFilter = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="NAME[=VALUE]", help="Only patterns with this tag; may be repeated.", show_default=False
    ),
]
TextOption = Annotated[
    str, typer.Option("--text", help="Part of the name, of a tag or of the category.", show_default=False)
]
CategoryFilter = Annotated[str, typer.Option("--category", help="Only patterns of this category.", show_default=False)]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="recording, motif or favourite; by default all.", show_default=False)
]
CollectionFilter = Annotated[
    str | None, typer.Option("--collection", help="Part of memory; by default all of it.", show_default=False)
]
SortOption = Annotated[str, typer.Option("--sort", help="newest, name, count or duration.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")]
OffsetOption = Annotated[int, typer.Option("--offset", min=0, help="How many are left out first.")]
AllOption = Annotated[bool, typer.Option("--all", help="Merged and forgotten ones too.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept with the change.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for name, body in (("ls", ls), ("show", show), ("forget", forget), ("merge", merge)):
        command(app, name)(body)


async def ls(
    screen: Screen,
    *,
    tag: TagFilter = None,
    text: TextOption = "",
    category: CategoryFilter = "",
    kind: KindOption = None,
    collection: CollectionFilter = None,
    sort: SortOption = "newest",
    limit: LimitOption = 50,
    offset: OffsetOption = 0,
    everything: AllOption = False,
) -> None:
    """List patterns."""
    from grym.cli.waiting import opened
    from grym.ports.patterns import PatternQuery

    _require_one_of("kind", kind, (None, *KINDS))
    _require_one_of("sort", sort, ORDERS)
    query = PatternQuery(
        collection=collection,
        kind=kind,  # type: ignore[arg-type]  # checked above against the same names
        text=text,
        tags=_wanted_tags(tag),
        category=category,
        order=sort,  # type: ignore[arg-type]  # as above
        limit=limit,
        offset=offset,
        live=not everything,
    )
    async with opened() as runtime:
        book = runtime.backend.book
        found, count, as_of = await book.find(query), await book.count(query), await book.head()
    rows = [facts_json(facts) for facts in found]
    if screen.json:
        screen.emit({"patterns": rows, "count": count, "as_of": as_of})
        return
    from grym.cli.pattern_tables import patterns_table

    screen.show(patterns_table(rows, count=count) if rows else "no patterns")


async def show(screen: Screen, *, pattern: PatternArgument) -> None:
    """Show one pattern: what is said of it, how often it was heard, its kin, and where it comes from."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        facts = await found_pattern(runtime.backend.book, pattern)
        value = facts_json(facts) | {"relations": await _relations(runtime.backend.book, facts)}
        value |= {"verdicts": [await _verdict(runtime, verdict) for verdict in facts.verdicts]}
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.pattern_tables import pattern_panel

    screen.show(pattern_panel(value))


async def forget(
    screen: Screen,
    *,
    patterns: PatternsArgument,
    reason: ReasonOption = "",
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Give patterns up: from now on nothing is recognised as one of them."""
    from schemas.commands import RequestPatternChange

    def wish(facts: "PatternFacts") -> "RequestPatternChange":
        return RequestPatternChange(
            action="forget", pattern_id=facts.pattern_id, collection=facts.collection, reason=reason, user=user
        )

    return await _change(screen, patterns, wish, timeout_s=timeout_s)


async def merge(
    screen: Screen,
    *,
    pattern: PatternArgument,
    into: IntoArgument,
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Let one pattern stand for two that are the same."""
    from grym.cli.waiting import opened
    from schemas.commands import RequestPatternChange

    async with opened() as runtime:
        target = await found_pattern(runtime.backend.book, into)

    def wish(facts: "PatternFacts") -> "RequestPatternChange":
        return RequestPatternChange(
            action="merge",
            pattern_id=facts.pattern_id,
            into_id=target.pattern_id,
            collection=facts.collection,
            user=user,
        )

    return await _change(screen, [pattern], wish, timeout_s=timeout_s)


# --- asking for changes -----------------------------------------------------------------------------------------------


Wish = Callable[["Runtime"], Awaitable["tuple[PatternFacts, RequestPatternChange]"]]
"""Finds the pattern that is meant, and says what is wanted of it."""


async def _change(screen: Screen, names: list[str], wish: Any, *, timeout_s: float | None) -> int:
    """Ask for one change of each pattern named, wait for all, and tell what became of them."""

    def of(name: str) -> Wish:
        async def found(runtime: "Runtime") -> "tuple[PatternFacts, RequestPatternChange]":
            facts = await found_pattern(runtime.backend.book, name)
            return facts, wish(facts)

        return found

    return await change_all(screen, [of(name) for name in names], timeout_s=timeout_s)


async def change_all(screen: Screen, wishes: list[Wish], *, timeout_s: float | None) -> int:
    """Ask for changes, wait for all, and tell what became of them."""
    from grym.cli.results import exit_code_of_outcomes, one_or_many
    from grym.cli.waiting import checked_timeout, opened

    checked_timeout(timeout_s)
    async with opened() as runtime:
        wanted = [await wish(runtime) for wish in wishes]
        results = await ask_for_changes(screen, runtime, wanted, timeout_s=timeout_s)
    if screen.json:
        screen.emit(one_or_many(results))
    else:
        from grym.cli.pattern_tables import change_lines

        screen.show(change_lines(results))
    return exit_code_of_outcomes(results)


async def ask_for_changes(
    screen: Screen,
    runtime: "Runtime",
    wanted: "list[tuple[PatternFacts, RequestPatternChange]]",
    *,
    timeout_s: float | None,
) -> list[dict[str, Any]]:
    """Ask for changes of patterns and return what became of each, in order."""
    from grym.cli.results import result_json
    from grym.cli.waiting import Awaited, wait_for

    tickets = [await runtime.client.change_patterns(wish) for _, wish in wanted]
    awaited = [
        Awaited(request_id=ticket.request_id, kind="change", label=facts.name or facts.pattern_id)
        for ticket, (facts, _) in zip(tickets, wanted, strict=True)
    ]
    return [result_json(status) for status in await wait_for(screen, runtime, awaited, timeout_s=timeout_s)]


# --- telling ----------------------------------------------------------------------------------------------------------


def facts_json(facts: "PatternFacts") -> dict[str, Any]:
    """Return what is known of a pattern under the names of the command line."""
    said = [one for one in facts.verdicts if not one.spread_from]
    return {
        "pattern_id": facts.pattern_id,
        "name": facts.name,
        "kind": facts.kind,
        "collection": facts.collection,
        "category": facts.category,
        "tags": dict(facts.tags),
        "duration_s": facts.duration_s,
        "count": facts.count,
        "confirmed": facts.confirmed + sum(one.right for one in said),
        "denied": facts.denied + sum(not one.right for one in said),
        "merged_into": facts.merged_into or None,
        "forgotten": facts.retired,
        "stored_at": facts.stored_at,
        "last_heard_at": facts.last_heard_at,
        "first_seq": facts.first_seq,
        "last_seq": facts.last_seq,
        "provenance": {
            "extractor": facts.origin.extractor,
            "event_id": facts.origin.event_id,
            "request_id": facts.origin.request_id,
        },
    }


async def _verdict(runtime: "Runtime", verdict: "Verdict") -> dict[str, Any]:
    """Return what somebody said of a match, with the words that were kept beside it."""
    return {
        "verdict_id": verdict.event_id,
        "right": verdict.right,
        "weight": verdict.weight,
        "who": verdict.who,
        "said_at": datetime.fromtimestamp(verdict.said_s, UTC),
        "spread_from": verdict.spread_from or None,
        "confidence": verdict.confidence,
        "category": verdict.category,
        "start_s": verdict.start_s,
        "end_s": verdict.end_s,
        "note": await runtime.backend.texts.text(verdict.note_ref) if verdict.note_ref else None,
    }


async def _relations(book: "PatternBook", facts: "PatternFacts") -> list[dict[str, Any]]:
    """Return how a pattern stands to others that still stand for themselves, the strongest first."""
    others = await book.facts([relation.other_id for relation in facts.relations])
    return [
        {
            "pattern_id": relation.other_id,
            "name": others[relation.other_id].name,
            "kind": relation.kind,
            "strength": relation.strength,
        }
        for relation in sorted(facts.relations, key=lambda relation: -relation.strength)
        if relation.other_id in others and not others[relation.other_id].retired
    ]


def _wanted_tags(words: list[str] | None) -> dict[str, str]:
    """Return the tags that are wanted; any value where none was given."""
    return {name: value for name, _, value in (word.partition("=") for word in words or ())}


def _require_one_of(name: str, value: str | None, known: tuple[str | None, ...]) -> None:
    if value not in known:
        choices = ", ".join(word for word in known if word)
        raise InvalidRequestError(
            f"{value!r} is nothing that --{name} knows", code=f"request.{name}", hint=f"Choose one of: {choices}."
        )
