"""Several takes of one wish: told as each is ready, and ranked by quality once all are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from grym.cli.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

    from grym.domain.quality.check import Check


def tell_ready(screen: Screen, label: str, result: dict[str, Any]) -> None:
    """Write a row of progress about a take that has ended."""
    if result["outcome"] != "completed":
        screen.note(f"{label}  {result['outcome'].replace('_', ' ')}")
        return
    if "quality" not in result:  # one of a blind pair
        screen.note(f"{label}  ready: {result['folder']}")
        return
    checks = result["quality"]["checks"]
    passed = sum(check["passed"] for check in checks)
    facts = (result["plan"]["title"], f"{result['duration_s']:.1f} s", f"{passed} of {len(checks)} checks passed")
    screen.note(f"{label}  ready: {', '.join(facts)}, {result['folder']}")


def ranked(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results with their ``rank``: 1 is the best, null where there is no piece."""
    from grym.domain.quality.ranking import ranks

    whole = [at for at, result in enumerate(results) if result["outcome"] == "completed"]
    found = dict(zip(whole, ranks([_checks(results[at]) for at in whole]), strict=True))
    return [{**result, "rank": found.get(at)} for at, result in enumerate(results)]


def ranking(results: Sequence[dict[str, Any]]) -> "Table":
    """Draw completed takes, the best first."""
    from rich import box
    from rich.table import Table

    table = Table("rank", "title", "seed", "checks passed", "request", box=box.SIMPLE, pad_edge=False)
    for result in sorted((one for one in results if one["rank"] is not None), key=lambda one: one["rank"]):
        checks = result["quality"]["checks"]
        passed = f"{sum(check['passed'] for check in checks)} of {len(checks)}"
        table.add_row(str(result["rank"]), result["plan"]["title"], str(result["seed"]), passed, result["request_id"])
    return table


def _checks(result: dict[str, Any]) -> "tuple[Check, ...]":
    from schemas.body import CheckResult
    from streams.translate import checks_from_wire

    return checks_from_wire(msgspec.convert(check, CheckResult) for check in result["quality"]["checks"])
