"""What corrections are worth, through the real processor, journal and recogniser: measured on excerpts held out."""

import pytest

from benchmarks.recognition.taught import taught


@pytest.mark.slow
async def test_corrected_recognition_errs_less_on_other_excerpts_and_no_more_on_other_tunes() -> None:
    """A fifth of the errors at least; one who says the contrary of everything hardly changes an answer."""
    honest = await taught(seed=8, feedback=250, held=200)
    before, after = honest["other windows"]["errors"]
    assert after < 0.8 * before
    before, after = honest["other tunes"]["errors"]
    assert after <= 1.1 * before
    liar = await taught(seed=8, feedback=60, held=60, people=("liar",))
    for held in ("other windows", "other tunes"):
        before, after = liar[held]["errors"]
        assert after <= before + 3
