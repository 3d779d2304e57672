"""Consoles whose readers leave."""

import os
from contextlib import suppress

import pytest

from grym.cli.consoles import PipedConsole


def test_a_reader_that_leaves_is_no_failure_of_the_program() -> None:
    """The writer gets the error itself, and nothing more is written."""
    reading, writing = os.pipe()
    os.close(reading)
    file = os.fdopen(writing, "w")
    console = PipedConsole(file=file)
    with pytest.raises(BrokenPipeError):
        console.print("a line")
    assert console.quiet
    with suppress(BrokenPipeError):  # what could not be written is tried once more
        file.close()
