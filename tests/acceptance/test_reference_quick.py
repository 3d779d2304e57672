"""A piece after a real recording, in seconds: one recording with drums, one without."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.references import BLUPI, ROGUE, Made, Recording, compare, composed

pytestmark = [pytest.mark.slow]

QUICK = (
    Recording(path=BLUPI / "music005.ogg", drums=True),
    Recording(path=ROGUE / "hr3-mirror.ogg", drums=False),
)


@pytest.fixture(scope="module")
def plain(grym: Grym, ground: Path) -> Made:
    """The piece of the same sentence and seed without a recording."""
    return composed(grym, ground / "plain")


@pytest.mark.parametrize("recording", QUICK, ids=lambda one: one.path.stem)
def test_a_piece_has_the_traits_of_its_reference(
    grym: Grym, recording: Recording, plain: Made, ground: Path, measured: Measured
) -> None:
    """Key, tempo to 2 %, drums or none are the recording's, and it sounds near it, if anything nearer than without."""
    compare(grym, recording, plain, ground, measured)
