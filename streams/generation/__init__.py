"""Generation: from a plan to a score, from a score to sound."""

from streams.generation.planning import PlanningWork
from streams.generation.processor import Generation
from streams.generation.work import GenerationWork

__all__ = ["Generation", "GenerationWork", "PlanningWork"]
