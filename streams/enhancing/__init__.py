"""Enhancing: a damaged recording becomes a better one, or stays as it is."""

from streams.enhancing.processor import Enhancing
from streams.enhancing.work import EnhancingWork

__all__ = ["Enhancing", "EnhancingWork"]
