"""Records as rows: the contract's object of each, in the order of causes, and as a tree for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from grym.cli.screen import Screen
from grym.errors import ContractError, PermanentError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.records import Record

SHORT_ID = 8


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
    from schemas.envelope import peek, read_attributes

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
        "time": record.appended_at,
        "correlation_id": named.get("ce_correlationid") or named.get("ce_subject", ""),
        "causation_id": named.get("ce_causationid", ""),
        "run": int(named.get("ce_runno", "1")) if named.get("ce_runno", "1").isascii() else 1,
        "topic": record.topic,
        "partition": record.partition,
        "position": record.position,
        "data": data,
    }
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


def depths(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return how many causes stand above each event, by id, for events in causal order."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["id"]] = found.get(row["causation_id"], -1) + 1
    return found


def show_line(screen: Screen, row: dict[str, Any]) -> None:
    """Write one event as a line."""
    if screen.json:
        screen.emit(row)
        return
    screen.out.print(f"{row['time']:%H:%M:%S.%f}  {row['type']}  {row['subject']}  {row['source']}", markup=False)


def chain(rows: list[dict[str, Any]]) -> Any:
    """Return the story of a request: each event one step to the right of the one that caused it."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading, may_shrink in (("at", False), ("event", False), ("by", True), ("id", False), ("cause", False)):
        table.add_column(heading, no_wrap=True, overflow="ellipsis" if may_shrink else "fold")
    depth = depths(rows)
    begun = rows[0]["time"]
    for row in rows:
        after_s = (row["time"] - begun).total_seconds()
        name = " " * depth[row["id"]] + row["type"].removeprefix("grym.")
        by = row["source"].removeprefix("grym/")
        table.add_row(f"{after_s:.3f} s", name, by, row["id"][:SHORT_ID], row["causation_id"][:SHORT_ID])
    return table
