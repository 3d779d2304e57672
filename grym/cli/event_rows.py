"""Records as rows: the contract's object of each, in the order of causes, and as a tree for people."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from grym.cli.screen import Screen
from grym.errors import ContractError, PermanentError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.records import Record

SHORT_ID = 8
GIST = (
    "kind",
    "step",
    "purpose",
    "stage",
    "share",
    "round",
    "backend",
    "passed",
    "stars",
    "accepted",
    "reason",
    "code",
)
"""What people look for in a body; never a prompt."""


async def event_row(runtime: "Runtime", record: "Record") -> dict[str, Any]:
    """Return the object of one record with its real body, also where that travels by claim check."""
    from consumers.claims import CLAIM, ClaimDesk
    from schemas.records import header

    claim = header(record.headers, CLAIM)
    if claim is None:
        return event_json(record)
    try:
        whole = await ClaimDesk(runtime.artifacts).check_out(record)
    except PermanentError as error:
        return {**event_json(record), "error": f"{error.code}: {error.message}"}
    return {**event_json(whole), "claim": claim.decode()}


def event_json(record: "Record") -> dict[str, Any]:
    """Return the contract's object of one record; one that cannot be understood says so and shows its text."""
    from schemas.envelope import peek, peek_count, read_attributes
    from schemas.imported import first_logged_at, is_imported

    try:
        named = read_attributes(record.headers)
    except ContractError:
        named = {}
    data, error = _data(record)
    row = {
        "id": named.get("ce_id", peek(record.headers, "ce_id")),
        "type": named.get("ce_type", peek(record.headers, "ce_type")),
        "source": named.get("ce_source", peek(record.headers, "ce_source")),
        "subject": named.get("ce_subject") or (record.key or b"").decode(errors="replace"),
        "time": first_logged_at(record.headers) or record.appended_at,
        "correlation_id": named.get("ce_correlationid") or named.get("ce_subject", ""),
        "causation_id": named.get("ce_causationid", ""),
        "run": peek_count(record.headers, "ce_runno", default=1),
        "topic": record.topic,
        "partition": record.partition,
        "position": record.position,
        "data": data,
    }
    if is_imported(record.headers):
        row["imported_at"] = record.appended_at
    return row if error is None else {**row, "error": error}


def _data(record: "Record") -> tuple[Any, str | None]:
    """Return the body as plain JSON values, and why it could not be read as such."""
    claim = next((value for name, value in record.headers if name == "grym_claim"), None)
    if claim is not None:
        return {"claim": claim.decode(errors="replace")}, None
    try:
        return msgspec.json.decode(record.value or b"null"), None
    except msgspec.MsgspecError:
        value = record.value or b""
        return {"hex": value[:64].hex(), "bytes": len(value)}, "the value is not JSON"


def causal_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events so that each comes after the one that caused it, otherwise in the order given."""
    ids = {row["id"] for row in rows}
    waiting: dict[str, list[dict[str, Any]]] = {}
    ordered: list[dict[str, Any]] = []
    told: set[str] = set()

    def tell(row: dict[str, Any]) -> None:
        pending = [row]
        while pending:
            current = pending.pop(0)
            ordered.append(current)
            told.add(current["id"])
            pending += waiting.pop(current["id"], [])

    for row in rows:
        cause = row["causation_id"]
        if cause and cause in ids and cause not in told and cause != row["id"]:
            waiting.setdefault(cause, []).append(row)
        else:
            tell(row)
    for rest in list(waiting.values()):  # a circle that only foreign events could close
        ordered += rest
    return ordered


def show_line(screen: Screen, row: dict[str, Any]) -> None:
    """Write one event as a line."""
    if screen.json:
        screen.emit(row)
        return
    topic = row["topic"].removeprefix("grym.")
    line = f"{row['time']:%H:%M:%S.%f}  {topic}  {row['type']}  {row['subject']}  {row['source']}"
    screen.out.print(line, markup=False, soft_wrap=True)


def chain(rows: list[dict[str, Any]]) -> Any:
    """Return the story of a request as a tree: every event below the one that caused it."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading, may_shrink in (("at", False), ("event", False), ("by", True), ("what", True), ("id", False)):
        table.add_column(heading, no_wrap=True, overflow="ellipsis" if may_shrink else "fold")
    begun = rows[0]["time"]
    for branch, row in tree(rows):
        after_s = (row["time"] - begun).total_seconds()
        name = branch + row["type"].removeprefix("grym.")
        by = row["source"].removeprefix("grym/")
        table.add_row(f"{after_s:.3f} s", name, by, gist(row["data"]), row["id"][:SHORT_ID])
    return table


def tree(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return events with the branches drawn before their names, each right below its cause and its elder siblings.

    `rows` are in causal order (see `causal_order`); an event of a circle, or one that names itself, is a root.
    """
    ids, below = set(), defaultdict[str, list[dict[str, Any]]](list)
    for row in rows:
        cause = row["causation_id"]
        below[cause if cause in ids and row["id"] not in ids else ""].append(row)
        ids.add(row["id"])
    drawn: list[tuple[str, dict[str, Any]]] = []
    told: set[str] = set()
    pending = [("", "", row) for row in reversed(below[""])]
    while pending:
        branch, stem, row = pending.pop()
        drawn.append((branch, row))
        if row["id"] in told:  # the same event again: its effects stand below the first
            continue
        told.add(row["id"])
        children = below[row["id"]]
        for child in reversed(children):
            last = child is children[-1]
            pending.append((stem + ("└─ " if last else "├─ "), stem + ("   " if last else "│  "), child))
    return drawn


def gist(data: Any) -> str:
    """Return the few values of a body that tell events of one type apart."""
    if not isinstance(data, dict):
        return ""
    shown = {name: data[name] for name in GIST if isinstance(data.get(name), (str, int, float)) and data[name] != ""}
    plan, fault = data.get("plan"), data.get("fault")
    if isinstance(plan, dict):
        shown |= {name: plan[name] for name in ("style", "tempo_bpm") if name in plan}
    if isinstance(fault, dict) and "code" in fault:
        shown["code"] = fault["code"]
    return " ".join(
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in shown.items()
    )
