"""Blind pairs: two takes of one wish, one as the listener's ratings teach and one without; nobody is told which."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grym.cli.errands import Errand
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from schemas.commands import RequestComposition

NAMES = ("A", "B")
TELLTALES = frozenset({"parameters", "learning", "plan", "analysis", "patterns", "quality", "timings_s", "provenance"})
"""What would tell the two apart without listening."""


def pair_for(wish: "RequestComposition", *, request_id: str, variations: int, out: Path | None) -> list[Errand]:
    """Return the errands of a pair; which of the two has the taste follows from the request's id, as if by lot.

    Both have one seed, so they differ in nothing but what was learned.

    Raises
    ------
    InvalidRequestError
        ``request.blind`` for another number than two.
    """
    import msgspec

    from producers.identity import variation_id

    if variations != len(NAMES):
        raise InvalidRequestError(
            f"{variations} takes are no pair", code="request.blind", hint="Give --blind together with --variations 2."
        )
    seed = _number(request_id, "seed") if wish.seed is None else wish.seed
    first = _number(request_id, "lot") % 2 == 0
    return [
        Errand(
            wish=msgspec.structs.replace(wish, seed=seed, taste=taste),
            request_id=variation_id(request_id, number),
            folder=Path(f"pair-{request_id}" if out is None else out) / name,
            label=name,
        )
        for number, (name, taste) in enumerate(zip(NAMES, (first, not first), strict=True), start=1)
    ]


def veiled(result: dict[str, Any], label: str) -> dict[str, Any]:
    """Return a result without anything that tells which of the two it is."""
    return {name: value for name, value in result.items() if name not in TELLTALES} | {"blind": label}


def show_pair(screen: Screen, results: list[dict[str, Any]]) -> None:
    """Tell where the two takes lie, and how to say which is better."""
    from grym.cli.results import one_or_many

    if screen.json:
        screen.emit(one_or_many(results))
        return
    for result in results:
        screen.show(
            f"{result.get('blind', '-')}  {result['outcome']}  {result.get('folder', '')}  {result['request_id']}"
        )
    screen.show("tell which is better: grym rate BETTER --prefer OTHER, with the same --user; then `grym learn ab`")


def _number(request_id: str, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{purpose}\x1f{request_id}".encode()).digest()[:4], "big")
