"""``grym patterns``: what memory learned of its patterns: relations, what is active, and how well learning goes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.named_patterns import found_pattern
from grym.cli.options import TimeoutOption, UserOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.domain.patterns.progress import Progress
    from grym.ports.patterns import PatternBook, PatternFacts

PAGE = 1000
MOST_SHOWN = 100

PatternArgument = Annotated[str, typer.Argument(metavar="ID", help="Id or name of the pattern.")]
DiscoverOption = Annotated[
    bool, typer.Option("--discover", help="Compare it with all of memory first.", show_default=False)
]
KindOption = Annotated[
    str | None, typer.Option("--kind", help="Only relations of this kind, such as similar.", show_default=False)
]
DepthOption = Annotated[int, typer.Option("--depth", min=1, max=3, help="How many steps away at most.")]
CollectionOption = Annotated[str, typer.Option("--collection", help="Part of memory that is looked at.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for name, body in (("relations", relations), ("active", active), ("metrics", metrics)):
        command(app, name)(body)


async def relations(
    screen: Screen,
    *,
    pattern: PatternArgument,
    discover: DiscoverOption = False,
    kind: KindOption = None,
    depth: DepthOption = 1,
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Show how a pattern stands to others, the nearest and strongest first."""
    from grym.cli.faults import DONE
    from grym.cli.pattern_library import ask_for_changes
    from grym.cli.waiting import opened
    from grym.domain.patterns.checking import RELATION_KINDS
    from schemas.commands import RequestPatternChange

    if kind not in (None, *RELATION_KINDS):
        raise InvalidRequestError(
            f"{kind!r} is no kind of relation",
            code="request.kind",
            hint=f"Choose one of: {', '.join(RELATION_KINDS)}.",
        )
    async with opened() as runtime:
        book = runtime.backend.book
        facts = await found_pattern(book, pattern)
        if discover:
            wish = RequestPatternChange(
                action="relate", pattern_id=facts.pattern_id, collection=facts.collection, user=user
            )
            results = await ask_for_changes(screen, runtime, [(facts, wish)], timeout_s=timeout_s)
            if results[0]["outcome"] != "completed":
                return _failed(screen, results)
            facts = (await book.facts([facts.pattern_id]))[facts.pattern_id]
        rows = await _around(book, facts, kind=kind, depth=depth)
    value = {"pattern_id": facts.pattern_id, "name": facts.name, "relations": rows}
    if screen.json:
        screen.emit(value)
    else:
        from grym.cli.pattern_learning_tables import relations_table

        screen.show(relations_table(value))
    return DONE


def _failed(screen: Screen, results: list[dict[str, Any]]) -> int:
    from grym.cli.results import exit_code_of_outcomes, one_or_many

    if screen.json:
        screen.emit(one_or_many(results))
    else:
        from grym.cli.pattern_tables import failures

        screen.show(failures(results))
    return exit_code_of_outcomes(results)


async def _around(book: "PatternBook", facts: "PatternFacts", *, kind: str | None, depth: int) -> list[dict[str, Any]]:
    """Return what is related to a pattern by so many steps; along a way, strengths multiply."""
    seen, rows = {facts.pattern_id}, list[dict[str, Any]]()
    edge = [(facts, 1.0)]
    for steps in range(1, depth + 1):
        links = [
            (one, relation, strength * relation.strength)
            for one, strength in edge
            for relation in one.relations
            if kind in {None, relation.kind} and relation.other_id not in seen
        ]
        others = await book.facts([relation.other_id for _, relation, _ in links]) if links else {}
        edge = []
        for one, relation, strength in sorted(links, key=lambda link: (-link[2], link[1].other_id)):
            other = others.get(relation.other_id)
            if other is None or other.retired or other.pattern_id in seen:
                continue
            seen.add(other.pattern_id)
            edge.append((other, strength))
            row = {"pattern_id": other.pattern_id, "name": other.name, "kind": relation.kind}
            rows.append(row | {"strength": round(strength, 4), "steps": steps, "by": one.pattern_id})
    return rows


async def active(screen: Screen, *, collection: CollectionOption = "default") -> None:
    """List what was heard lately and often: at most a hundred patterns, of the last thirty days of memory's time."""
    from grym.cli.pattern_library import facts_json
    from grym.cli.waiting import opened
    from grym.domain.patterns.activity import active as active_of

    async with opened() as runtime:
        book = runtime.backend.book
        patterns, now = await _all(book, collection), await _now(book)
        found = active_of(patterns, now=now) if now is not None else []
        as_of = await book.head()
    rows = [{**facts_json(facts), "activity": activity} for facts, activity in found]
    if screen.json:
        screen.emit({"patterns": rows, "count": len(rows), "as_of": as_of})
        return
    from grym.cli.pattern_learning_tables import active_table

    screen.show(active_table(rows[:MOST_SHOWN]) if rows else "no patterns")


async def metrics(screen: Screen, *, collection: CollectionOption = "default") -> None:
    """Say how well recognition does by what people said of it, and what was learned from that."""
    from grym.cli.waiting import opened
    from grym.domain.patterns.calibrating import lessons_of
    from grym.domain.patterns.progress import progress_of
    from streams.patterns.judging import judged_patterns

    async with opened() as runtime:
        book = runtime.backend.book
        judged = await judged_patterns(book, collection)
        now, as_of = await _now(book), await book.head()
    verdicts = [verdict for facts in judged for verdict in facts.verdicts]
    progress = progress_of(verdicts, now_s=0.0 if now is None else now.timestamp())
    lessons = lessons_of(verdicts).by_context
    learned = {
        name: {"exposures": lesson.exposures, "mastery": lesson.mastery, "weights": list(lesson.weights)}
        for name, lesson in lessons.items()
    }
    value = {"collection": collection, "as_of": as_of, **progress_json(progress), "contexts": learned}
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.pattern_learning_tables import metrics_panel

    screen.show(metrics_panel(value))


def progress_json(progress: "Progress") -> dict[str, Any]:
    """Return how learning goes under the names of the command line."""
    improvement = progress.improvement
    return {
        "verdicts": progress.verdicts,
        "people": progress.people,
        "spread": progress.spread,
        "told": progress.told,
        "told_right": progress.told_right,
        "missed": progress.missed,
        "corrections": progress.corrections,
        "accuracy": progress.accuracy,
        "accuracy_without_learning": progress.accuracy_before,
        "improvement": None if improvement is None else round(improvement, 4),
        "categories": progress.categories,
        "places": progress.places,
        "curve": list(progress.curve),
        "rate": progress.rate,
    }


async def _all(book: "PatternBook", collection: str) -> "list[PatternFacts]":
    from grym.ports.patterns import PatternQuery

    found: list[PatternFacts] = []
    while True:
        query = PatternQuery(collection=collection, order="oldest", limit=PAGE, offset=len(found))
        page = await book.find(query)
        found += page
        if len(page) < PAGE:
            return found


async def _now(book: "PatternBook") -> Any:
    """Return the time of the newest event; None before the first."""
    head = await book.head()
    events = await book.events(max(0, head - 1), limit=1, numbers=False)
    return events[0].change.at if events else None
