"""Asking grym for each request, and the tables of what it followed."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.music.corpus import Split
from benchmarks.music.following.judging import Verdict, judge
from benchmarks.music.following.requests import Request, requests
from benchmarks.music.report import table

GOAL = 0.98
COUNT = 200


def asked(split: Split, count: int = COUNT) -> Iterator[Verdict]:
    """Yield the verdict on each request, in order."""
    for number, request in enumerate(requests(count, split)):
        yield verdict(request, seed=number)


def verdict(request: Request, *, seed: int) -> Verdict:
    """Plan and compose a request as the service does; a refusal meets nothing."""
    from grym.domain.composing.compose import compose  # noqa: PLC0415 (the measures can be used without grym)
    from grym.domain.composing.plan import Wish  # noqa: PLC0415 (as above)
    from grym.domain.composing.planner import plan  # noqa: PLC0415 (as above)
    from grym.errors import GrymError  # noqa: PLC0415 (as above)

    try:
        planned = plan(Wish(prompt=request.prompt, seconds=None), seed=seed)
        return judge(request, planned, compose(planned, seed=seed))
    except GrymError as error:
        return Verdict(request=request, met={"answered": False}, found={"answered": str(error)})


def tables(verdicts: Sequence[Verdict], *, failures: int = 30) -> str:
    """Return what was met, and the requests that were not followed."""
    names = list(dict.fromkeys(name for one in verdicts for name in one.met))
    rows = [_row(name, [one.met[name] for one in verdicts if name in one.met]) for name in sorted(names)]
    rows += [
        _row(f"all, {language}", [one.followed for one in verdicts if one.request.language == language])
        for language in ("en", "de", "fr")
    ]
    rows.append(_row(f"**all** (goal {GOAL:.0%})", [one.followed for one in verdicts]))
    missed = [one for one in verdicts if not one.followed][:failures]
    told = [f"- {one.request.prompt!r}: {_missed(one)}" for one in missed]
    return table(["asked", "requests", "met", ""], rows) + "\n\n" + "\n".join(told)


def _row(name: str, met: Sequence[bool]) -> list[str]:
    share = f"{sum(met) / len(met):.1%}" if met else "–"
    return [name, str(len(met)), str(sum(met)), share]


def _missed(verdict: Verdict) -> str:
    names = [name for name, met in verdict.met.items() if not met and not name.startswith("key by")]
    return "; ".join(f"{name} ({verdict.found.get(name, verdict.found.get('players', ''))})" for name in names)


def rows_of(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return everything as plain values."""
    return [
        {"prompt": one.request.prompt, "followed": one.followed, "met": one.met, "found": one.found} for one in verdicts
    ]
