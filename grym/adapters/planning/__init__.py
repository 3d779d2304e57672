"""Planners behind the `Planner` port: by rules, always there; by a language model, where a server is named."""

from grym.adapters.planning.rules import RulePlanner

__all__ = ["RulePlanner"]
