"""Adapting a plan to failed checks: each check names what to change, within bounds, and the change is noted.

Pure: the same plan and checks give the same plan. The rules are a table from check to changes of parameters; lengths
are laid out anew. What no rule can mend is noted too, so that nobody believes it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from grym.domain.composing.fitting import bar_seconds
from grym.domain.composing.form import layout
from grym.domain.composing.plan import Plan, SectionPlan
from grym.domain.composing.styles.finding import style_of


class FailedCheck(Protocol):
    """What adapting needs of a check."""

    @property
    def name(self) -> str:
        """Dotted name of the check."""
        ...

    @property
    def value(self) -> float | None:
        """What was measured."""
        ...


# Check to parameter changes. Signal checks are answered by what composing can do about them: fewer loud peaks,
# fuller or thinner texture, plainer timing.
RULES: Mapping[str, Mapping[str, float]] = {
    "music.in_key": {"complexity": -0.25},
    "music.not_monotonous": {"complexity": 0.15, "density": 0.12},
    "music.monotonous": {"complexity": 0.15, "density": 0.12},
    "music.ends_on_cadence": {"complexity": -0.1},
    "music.cadence": {"complexity": -0.1},
    "music.tempo": {"swing": -0.3, "humanise": -0.3, "density": 0.08},
    "music.key": {"complexity": -0.25},
    "music.no_gaps": {"density": 0.2},
    "music.dissonance": {"complexity": -0.25},
    "signal.silence": {"density": 0.2},
    "signal.level": {"dynamics": -0.15},
    "signal.loudness": {"dynamics": -0.15},
    "signal.clipping": {"dynamics": -0.2, "density": -0.08},
    "signal.true_peak": {"dynamics": -0.2},
    "signal.dynamics": {"dynamics": 0.2},
    "signal.dynamic_range": {"dynamics": 0.2},
    "signal.crest": {"dynamics": 0.15},
    "signal.noise": {"density": -0.1},
    "signal.flatness": {"density": -0.1},
}
_MIDDLE_REGISTER = frozenset({"music.range"})
_LENGTHS = frozenset({"music.length", "signal.length", "signal.duration"})
# Fewer than this many notes a second ask for more, else for fewer.
_SPARSE_NOTES_PER_S = 1.0


def adapt(plan: Plan, advice: Iterable[FailedCheck]) -> Plan:
    """Return the plan changed by what failed.

    Parameters
    ----------
    advice
        The checks that failed.
    """
    values = dict(plan.parameters)
    notes = list(plan.notes)
    sections = plan.sections
    for check in sorted(advice, key=lambda check: check.name):
        changes = _changes(check, values)
        if check.name in _LENGTHS:
            sections = _laid_out(plan)
            bars = sum(section.bars for section in sections)
            notes.append(f"After {check.name} failed: laid out {bars} bars.")
        elif changes:
            values.update(_bounded(values, changes))
            told = ", ".join(f"{name} {shift:+.2f}" for name, shift in sorted(changes.items()))
            notes.append(f"After {check.name} failed: {told}.")
        else:
            notes.append(f"{check.name} did not pass; composed anew from another seed.")
    return replace(plan, parameters=values, sections=sections, notes=tuple(notes))


def _changes(check: FailedCheck, values: Mapping[str, float]) -> Mapping[str, float]:
    """Return the changes of parameters that a check asks for."""
    if check.name in _MIDDLE_REGISTER:
        return {"brightness": round(0.5 - values.get("brightness", 0.5), 4)}
    if check.name == "music.density":
        return {"density": 0.2 if (check.value or 0.0) < _SPARSE_NOTES_PER_S else -0.2}
    return RULES.get(check.name, {})


def _bounded(values: Mapping[str, float], changes: Mapping[str, float]) -> dict[str, float]:
    """Apply changes inside 0 to 1; a parameter that the plan leaves open starts from the middle."""
    return {name: round(min(1.0, max(0.0, values.get(name, 0.5) + shift)), 4) for name, shift in changes.items()}


def _laid_out(plan: Plan) -> tuple[SectionPlan, ...]:
    """Return sections whose bars come as near to the planned length as whole bars can."""
    bar_s = bar_seconds(plan.metre, plan.tempo_bpm)
    style = style_of(plan)
    bars = max(1, round((plan.seconds - plan.hold_s) / bar_s))
    return layout(bars, family=style.form, bar_s=bar_s, dynamics=plan.parameters.get("dynamics", style.dynamics))
