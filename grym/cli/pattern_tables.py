"""Pattern memory drawn for people."""

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from grym.cli.panels import facts_table, outcome_panel

ID_CHARACTERS = 12
"""Of an id, as many as tell patterns apart and are taken for the whole."""


WORTH_NAMING = 0.02
"""Confidence from which a person is told what came closest: one in fifty of such names is right."""


def learned_table(results: list[dict[str, Any]]) -> RenderableType:
    """Return what was learned, one line a file, and a panel for each that was not."""
    table = Table("pattern", "name", "", "file", box=box.SIMPLE, pad_edge=False)
    for result in results:
        for one in result["learned"]:
            state = Text("new", style="green") if one["new"] else Text("known", style="cyan")
            table.add_row(one["pattern_id"], one["name"], state, str(result.get("file", "")))
    rest = [outcome_panel(result) for result in results if result["outcome"] != "completed"]
    return Group(*([table] if table.row_count else []), *rest)


def recognition_panel(result: dict[str, Any]) -> RenderableType:
    """Return what memory says of a sound."""
    if result["outcome"] != "completed":
        return outcome_panel(result)
    searched = f"{result['searched']} patterns, as of event {result['as_of']}"
    parts: list[RenderableType] = []
    if result["matches"]:
        parts.append(matches_table(result["matches"]))
    rows = [("known", "yes" if result["known"] else "no"), ("searched", searched)]
    if (closest := result["closest"]) and closest["confidence"] >= WORTH_NAMING:
        rows.append(
            ("closest", f"{closest['name'] or closest['pattern_id']}, but only {closest['confidence']:.0%} sure")
        )
    if result["degraded"]:
        rows.append(("without", ", ".join(result["degraded"])))
    parts.append(facts_table([*rows, ("request", result["request_id"])]))
    style = "green" if result["known"] else "yellow"
    return Panel(Group(*parts), title=str(result.get("file", "")), title_align="left", border_style=style, expand=False)


def matches_table(matches: list[dict[str, Any]]) -> Table:
    """Return matches, the surest first."""
    table = Table("recognised", "confidence", "at", "key", "tempo", "why", box=box.SIMPLE, pad_edge=False)
    for match in matches:
        shift, ratio = match.get("transposition_semitones", 0), match.get("tempo_ratio", 1.0)
        table.add_row(
            match["name"] or match["pattern_id"],
            f"{match['confidence']:.2f}",
            f"{match.get('offset_s', 0.0):.1f} s",
            f"{shift:+d}" if shift else "same",
            f"× {ratio:.2f}" if f"{ratio:.2f}" != "1.00" else "same",
            match.get("why", ""),
        )
    return table


def patterns_table(rows: list[dict[str, Any]], *, count: int) -> RenderableType:
    """Return a list of patterns."""
    table = Table("pattern", "name", "kind", "length", "heard", "tags", "since", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        name = Text(row["name"] or "–")
        if row["forgotten"] or row["merged_into"]:
            name.append(" (forgotten)" if row["forgotten"] else " (merged)", style="dim")
        table.add_row(
            row["pattern_id"][:ID_CHARACTERS],
            name,
            row["kind"],
            f"{row['duration_s']:.1f} s" if row["duration_s"] else "–",
            str(row["count"]),
            _tags(row),
            f"{row['stored_at']:%Y-%m-%d %H:%M}",
        )
    more = [] if len(rows) == count else [Text(f"{len(rows)} of {count}", style="dim")]
    return Group(table, *more)


def pattern_panel(value: dict[str, Any]) -> RenderableType:
    """Return everything about one pattern."""
    rows = [
        ("pattern", value["pattern_id"]),
        ("kind", value["kind"] + (f", {value['category']}" if value["category"] else "")),
        ("length", f"{value['duration_s']:.1f} s" if value["duration_s"] else "–"),
        ("heard", _heard(value)),
        ("tags", _tags(value) or "–"),
        ("collection", value["collection"]),
        ("learned", f"{value['stored_at']:%Y-%m-%d %H:%M:%S}, by {value['provenance']['extractor']}"),
        ("request", value["provenance"]["request_id"]),
        ("event", f"{value['provenance']['event_id']}, number {value['first_seq']} of memory"),
    ]
    if value["merged_into"]:
        rows.append(("stands for it", value["merged_into"]))
    parts: list[RenderableType] = [facts_table(rows)]
    if value["relations"]:
        table = Table("relation", "strength", "to", "pattern", box=box.SIMPLE, pad_edge=False)
        for relation in value["relations"]:
            other = relation["pattern_id"][:ID_CHARACTERS]
            table.add_row(relation["kind"], f"{relation['strength']:.2f}", relation["name"], other)
        parts.append(table)
    if value["verdicts"]:
        parts.append(_verdicts_table(value["verdicts"]))
    title = f"{value['name'] or value['pattern_id']}{' (forgotten)' if value['forgotten'] else ''}"
    return Panel(Group(*parts), title=title, title_align="left", expand=False)


def _verdicts_table(verdicts: list[dict[str, Any]]) -> Table:
    """Return what people said of matches with a pattern."""
    table = Table("verdict", "said", "weight", "category", "note", "id", box=box.SIMPLE, pad_edge=False)
    for one in verdicts:
        said = f"{one['said_at']:%Y-%m-%d %H:%M}{', spread' if one['spread_from'] else ''}"
        verdict = Text("right", style="green") if one["right"] else Text("wrong", style="red")
        table.add_row(verdict, said, f"{one['weight']:.2f}", one["category"], one["note"] or "", one["verdict_id"])
    return table


def change_lines(results: list[dict[str, Any]]) -> RenderableType:
    """Return what became of changes by hand."""
    done = {"forget": "forgotten", "correct": "corrected", "merge": "merged", "import": "imported"}
    done |= {"judge": "noted", "withdraw": "taken back", "relate": "related"}
    lines: list[RenderableType] = []
    for result in results:
        if result["outcome"] == "completed":
            lines.append(Text(f"{done[result['action']]}: {', '.join(result['pattern_ids'])}"))
        else:
            lines.append(outcome_panel(result))
    return Group(*lines)


def failures(results: list[dict[str, Any]]) -> RenderableType:
    """Return a panel for each request that did not complete."""
    return Group(*(outcome_panel(result) for result in results if result["outcome"] != "completed"))


def findings_panel(value: dict[str, Any]) -> RenderableType:
    """Return what a check of memory found."""
    recall = value["recall_at_10"]
    rows = [
        ("events", str(value["events"])),
        ("patterns", str(value["patterns"])),
        ("recall@10", "nothing to find" if recall is None else f"{recall:.3f}"),
    ]
    rows += [
        (f"pgvector, {name}", f"names {one['agreed']} of {one['asked']} neighbours alike")
        for name, one in value["pgvector"].items()
    ]
    rows += [
        (name, ", ".join(map(str, value[name])))
        for name in ("orphans", "missing", "gaps", "damaged", "differing")
        if value[name]
    ]
    table = Table("collection", "recognisable", "windows", "recall@10", "generation", box=box.SIMPLE, pad_edge=False)
    for name, one in value["collections"].items():
        found = "–" if one["recall_at_10"] is None else f"{one['recall_at_10']:.3f}"
        table.add_row(name, str(one["recognisable"]), str(one["windows"]), found, one["generation"] or "in memory")
    parts = [facts_table(rows), *([table] if table.row_count else [])]
    title, style = ("clean", "green") if value["clean"] else ("not clean: grym patterns rebuild", "red")
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, expand=False)


def past_group(value: dict[str, Any]) -> RenderableType:
    """Return memory as of an event, and what a sound would have been then."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(value["kinds"].items())) or "nothing"
    parts: list[RenderableType] = [Text(f"after event {value['as_of']} of {value['head']}: {kinds}", style="italic")]
    if value["patterns"]:
        parts.append(patterns_table(value["patterns"], count=value["count"]))
    if "known" in value:
        parts.append(matches_table(value["matches"]) if value["known"] else Text(f"{value['file']}: not known then"))
    return Group(*parts)


def _heard(value: dict[str, Any]) -> str:
    judged = [f"{value[word]} {word}" for word in ("confirmed", "denied") if value[word]]
    last = f"{value['count']} times, last {value['last_heard_at']:%Y-%m-%d %H:%M:%S}"
    return ", ".join([last, *judged])


def _tags(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(row["tags"].items()))
