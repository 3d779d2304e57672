"""What `grym learn` draws and tells: the report of a course as an object, as tables, and a comparison."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grym.cli.screen import Screen
from grym.domain.courses import (
    ARMS,
    FALLBACK,
    HOLDOUT,
    LEARNED,
    Course,
    arms_of,
    coverage_of,
    regret_of,
    sides_of,
    wins_of,
)

if TYPE_CHECKING:
    from grym.domain.learning import Interval
    from streams.courses import Telling

Wished = dict[tuple[str, str], dict[str, float]]


def report_json(telling: "Telling", *, user: str | None, style: str | None) -> dict[str, Any]:
    """Return the object of ``grym learn report``.

    Utilities are 0–1, null where nothing was rated; `interval` holds at every look at once (95 %).
    """
    course, wished = telling.told(), telling.wished()
    arms = {name: _arm_json(course, name) for name in ARMS}
    rated = sum(arm["rated"] for arm in arms.values())
    serving = course.guard[-1][1] if course.guard else None
    return {
        "user": user,
        "style": style,
        "pieces": len(course.served),
        "rated": rated,
        "utility": arms[LEARNED]["utility"],
        "holdout": arms[HOLDOUT]["utility"],
        "regret": round(regret_of(course.served), 4),
        "coverage": round(coverage_of(course.served), 4),
        "fallback": {
            "pieces": arms[FALLBACK]["pieces"],
            "serving": serving,
            "turns": [{"after_piece": at, "serving": began} for at, began in course.guard],
        },
        "arms": arms,
        "parameters": _parameters(wished, user=user),
        "styles": styles_json(course, wished),
    }


def comparison_json(course: Course, *, experiment: str | None) -> dict[str, Any]:
    """Return the object of ``grym learn ab``: pairs, arms and, for an experiment, sides, each with its interval.

    `better` says ``learned``, ``default`` or, as long as an interval leaves both open, null.
    """
    from grym.domain.learning import mean_sequence

    wins = [float(won) for won in wins_of(course.pairs)]
    sure = mean_sequence(wins)
    learned, holdout = _utilities(course, LEARNED), _utilities(course, HOLDOUT)
    told: dict[str, Any] = {
        "pairs": {
            "compared": len(wins),
            "learned_better": int(sum(wins)),
            "share": _rounded(sum(wins) / len(wins)) if wins else None,
            "interval": _ends(sure) if wins else None,
            "better": _better(sure.low - 0.5, sure.high - 0.5) if wins else None,
        },
        "arms": _difference(learned, holdout) | {"learned": len(learned), "holdout": len(holdout)},
    }
    if experiment is not None:
        sides = sides_of(course.served, experiment)
        first, second = sides
        between = _difference(sides[first], sides[second])
        names = {"learned": first, "default": second, None: None}
        told["experiment"] = {
            "name": experiment,
            "users": _users_json(course, experiment),
            **between,
            "better": names[between["better"]],
        }
    return told


def show_comparison(screen: Screen, told: dict[str, Any]) -> None:
    """Tell what the comparisons came to, in a sentence each."""
    pairs, arms = told["pairs"], told["arms"]
    screen.show(
        f"blind pairs: {pairs['learned_better']} of {pairs['compared']} preferred what was learned"
        + (f", share {_number(pairs['share'])} ({_span(pairs['interval'])})" if pairs["compared"] else "")
    )
    screen.show(
        f"ratings: {arms['learned']} of what was learned, {arms['holdout']} of the default by lot"
        + (f", difference {arms['difference']:+.2f} ({_span(arms['interval'])})" if arms["interval"] else "")
    )
    if "experiment" in told:
        one = told["experiment"]
        counts = " and ".join(f"{number} on side {side}" for side, number in one["users"].items())
        found = f", difference {one['difference']:+.2f} ({_span(one['interval'])})" if one["interval"] else ""
        screen.show(f"experiment {one['name']}: {counts}{found}")
    sure = pairs["better"] or arms["better"]
    screen.show(f"better: {sure}" if sure else "not sure yet; intervals may be looked at as often as one likes")


def _difference(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    """Return how much better ours are, with the interval, and which is better once that is sure."""
    from grym.domain.learning import difference_sequence

    if not ours or not theirs:
        return {"difference": None, "interval": None, "better": None}
    sure = difference_sequence(ours, theirs)
    return {"difference": round(sure.value, 4), "interval": _ends(sure), "better": _better(sure.low, sure.high)}


def _better(low: float, high: float) -> str | None:
    return "learned" if low > 0 else "default" if high < 0 else None


def _users_json(course: Course, experiment: str) -> dict[str, int]:
    from grym.domain.learning.comparing import SIDES, side_of

    users = {piece.user for piece in course.served}
    return {side: sum(side_of(user, experiment) == side for user in users) for side in SIDES}


def _utilities(course: Course, arm: str) -> list[float]:
    return [one.utility for one in course.served if one.arm == arm and one.utility is not None]


def styles_json(course: Course, wished: Wished) -> list[dict[str, Any]]:
    """Return a row for every user and style, those with most pieces first."""
    keys = dict.fromkeys((piece.user, piece.style) for piece in course.served)
    rows = [_style_json(course, user, style, wished.get((user, style), {})) for user, style in keys]
    return sorted(rows, key=lambda row: (-row["pieces"], row["user"], row["style"]))


def show_report(screen: Screen, told: dict[str, Any]) -> None:
    """Draw a report: what was served and how it pleased, then every style."""
    from rich import box
    from rich.table import Table

    if not told["pieces"]:
        screen.show("no piece has reached this listener yet")
        return
    arms = Table("served", "pieces", "rated", "utility", "95 % at every look", box=box.SIMPLE, pad_edge=False)
    for name, arm in told["arms"].items():
        if arm["pieces"]:
            arms.add_row(name, str(arm["pieces"]), str(arm["rated"]), _number(arm["utility"]), _span(arm["interval"]))
    screen.show(arms)
    styles = Table("user", "style", "pieces", "rated", "utility", "learned", box=box.SIMPLE, pad_edge=False)
    for row in told["styles"]:
        values = ", ".join(f"{name} {value:.2f}" for name, value in sorted(row["parameters"].items()))
        counts = str(row["pieces"]), str(row["rated"])
        styles.add_row(row["user"], row["style"], *counts, _number(row["utility"]), values or "-")
    screen.show(styles)
    screen.show(
        f"regret {told['regret']:.2f} over {told['rated']} ratings, {told['coverage']:.0%} served as learned, "
        f"{told['fallback']['pieces']} fallbacks"
    )


def _arm_json(course: Course, name: str) -> dict[str, Any]:
    arm = arms_of(course.served).get(name)
    utilities = _utilities(course, name)
    return {
        "pieces": arm.pieces if arm else 0,
        "rated": arm.rated if arm else 0,
        "utility": _rounded(arm.utility) if arm else None,
        "interval": _interval(utilities),
    }


def _style_json(course: Course, user: str, style: str, wished: dict[str, float]) -> dict[str, Any]:
    served = [piece for piece in course.served if (piece.user, piece.style) == (user, style)]
    arms = arms_of(served)
    utilities = [piece.utility for piece in served if piece.utility is not None]
    return {
        "user": user,
        "style": style,
        "pieces": len(served),
        "rated": len(utilities),
        "utility": _rounded(sum(utilities) / len(utilities)) if utilities else None,
        "holdout": _rounded(arms[HOLDOUT].utility) if HOLDOUT in arms else None,
        "fallbacks": arms[FALLBACK].pieces if FALLBACK in arms else 0,
        "parameters": wished,
    }


def _parameters(wished: Wished, *, user: str | None) -> dict[str, dict[str, float]]:
    """Return what was learned by style; of all users together there is no such thing."""
    return {} if user is None else {style: values for (_, style), values in sorted(wished.items())}


def _interval(values: list[float]) -> list[float] | None:
    """Return the 95 % confidence sequence of a mean of utilities, null without any."""
    from grym.domain.learning import mean_sequence

    return _ends(mean_sequence(values)) if values else None


def _ends(sure: "Interval") -> list[float]:
    return [round(sure.low, 4), round(sure.high, 4)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _span(interval: list[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"
