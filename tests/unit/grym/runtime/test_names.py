"""Processors by name."""

import pytest

from grym.errors import InvalidRequestError
from grym.runtime.names import PROCESSORS, checked_names
from grym.runtime.processors import _BUILDERS


def test_every_processor_can_be_built() -> None:
    """Names and builders are the same, in the same order."""
    assert tuple(_BUILDERS) == PROCESSORS


def test_names_are_checked_and_ordered() -> None:
    """None means all; a choice keeps the order of the flow; an unknown name is refused."""
    assert checked_names(None) == PROCESSORS
    assert checked_names(["quality", "coordinator"]) == ("coordinator", "quality")
    with pytest.raises(InvalidRequestError, match="no processor"):
        checked_names(["qualitty"])


def test_naming_nobody_is_refused() -> None:
    """An empty list is a slip, not a wish to run nothing."""
    with pytest.raises(InvalidRequestError) as caught:
        checked_names([])
    assert caught.value.code == "runtime.unknown_processor"
