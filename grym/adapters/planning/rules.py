"""The rule planner behind the `Planner` port: always there, deterministic, and named in every plan it makes."""

from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan


class RulePlanner:
    """Plans by the documented vocabulary."""

    async def plan(self, wish: Wish, *, seed: int, parameters: dict[str, float], motifs: tuple[Motif, ...]) -> Plan:
        """Return the plan of a wish."""
        return plan(wish, seed=seed, parameters=parameters, motifs=motifs)
