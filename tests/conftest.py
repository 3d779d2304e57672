"""What holds for every test: one thread of linear algebra, no verdict by time, no logging left for the next."""

# ruff: noqa: E402  (numpy reads what the first call sets as it is loaded)

import atexit
import os
import shutil
import tempfile

from grym.cli.main import keep_to_one_core

keep_to_one_core()


def compile_for_oneself() -> None:
    """Give this process, and those that it starts, a place of its own for what numba compiles.

    librosa, an oracle here, lets numba keep its compiled kernels where every process finds them, and two that fill an
    empty place at once may read halves of each other's and crash (numba issue 10128).
    """
    place = tempfile.mkdtemp(prefix="grym-test-numba-")
    os.environ["NUMBA_CACHE_DIR"] = place  # noqa: TID251 (numba reads it there, and so do child processes)
    atexit.register(shutil.rmtree, place, ignore_errors=True)


compile_for_oneself()

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support.kafka_fixtures import console, jars, kafka, topic_prefix

settings.register_profile("grym", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("grym")
"""How long an example takes says how busy the machine is, not whether the code is right."""

__all__ = ["console", "fresh_logging", "jars", "kafka", "topic_prefix"]


@pytest.fixture(autouse=True)
def fresh_logging() -> Iterator[None]:
    """Forget how a test set up logging, which may write to a standard error that is closed with that test."""
    yield
    structlog.reset_defaults()
