"""Bodies of older major versions, lifted to the newest: one pure function per step, named after what it takes in.

An upcaster gets the decoded JSON object as somebody sent it, returns a new one, and leaves judging values to the newest
type. It never looks at anything else, so that a replay lifts the same bytes to the same body.
"""

from collections.abc import Callable
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def feedback_given_v0(body: dict[str, Any]) -> dict[str, Any]:
    """Lift the first form of feedback, which called the stars `rating`.

    A body that already says `stars` keeps them: some writers sent both while they changed over.
    """
    lifted = {name: value for name, value in body.items() if name != "rating"}
    if "rating" in body:
        lifted.setdefault("stars", body["rating"])
    return lifted


UPCASTERS: dict[str, tuple[str, Upcaster]] = {
    "grym.feedback.given.v0": ("grym.feedback.given.v1", feedback_given_v0),
}
"""Older type → the next major of the same type, and the step that leads there."""
