"""Pieces after real recordings of four packages: each as promised, and every trait nearer on the mean."""

from pathlib import Path

import numpy as np
import pytest

from tests.acceptance import oracles
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.references import (
    ASC,
    BLUPI,
    CLIP_S,
    ROGUE,
    SINGULARITY,
    Made,
    Recording,
    clip_of,
    compare,
    composed,
)

pytestmark = [pytest.mark.slow]

MORE = (
    Recording(path=BLUPI / "music004.ogg", drums=True),
    Recording(path=BLUPI / "music007.ogg", drums=True),
    Recording(path=BLUPI / "music009.ogg", drums=True),
    Recording(path=ROGUE / "hr3-laboratory.ogg"),
    Recording(path=ROGUE / "hr-savino-caribbean.ogg"),
    Recording(path=ASC / "machine_wars.mp3"),
    Recording(path=ASC / "time_to_strike.mp3"),
    Recording(path=SINGULARITY / "Awakening.ogg"),
)


@pytest.fixture(scope="module")
def plain(grym: Grym, ground: Path) -> Made:
    """The piece of the same sentence and seed without a recording."""
    return composed(grym, ground / "plain")


def test_over_many_recordings_each_trait_comes_nearer(
    grym: Grym, plain: Made, ground: Path, measured: Measured
) -> None:
    """Onsets, brightness and what strikes: on the mean of recordings of four packages each is nearer with them."""
    pairs = [compare(grym, recording, plain, ground, measured) for recording in MORE if recording.path.exists()]
    if not pairs:
        pytest.skip("no music package is installed: apt-get install planetblupi-music-ogg hyperrogue-music")
    for name in pairs[0][0]:
        assert np.mean([near[name] for near, _ in pairs]) < np.mean([far[name] for _, far in pairs])


@pytest.mark.parametrize("verb", ["continue", "vary", "harmonise", "arrange"])
def test_a_recording_can_be_reworked(grym: Grym, ground: Path, verb: str) -> None:
    """Notes are written down from the sound, the piece is made of them, and it says of which file and how sure."""
    clip = clip_of(MORE[3], ground)
    folder = ground / verb
    told = grym.tell(verb, str(clip), "--seed", "1", "--backend", "score", "--out", str(folder), timeout_s=240)
    reference = told["reference"]
    assert (reference["verb"], reference["made_of"]) == (verb, "sound")
    assert 0 < reference["sure"]["notes"] <= 1
    notes = oracles.played_notes(folder / "piece.mid")
    assert len([note for note in notes if not note.percussion]) > CLIP_S / 2
    assert "like" not in told["plan"]["title"]
