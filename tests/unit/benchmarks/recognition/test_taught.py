"""What corrections are worth, in small: before and after are one memory as of two instants."""

from benchmarks.recognition.taught import taught


async def test_before_and_after_answer_the_same_questions() -> None:
    """All of them; without a verdict, nothing differs."""
    told = await taught(seed=7, feedback=0, held=4, tunes=2)
    for held in ("other windows", "other tunes"):
        assert told[held]["questions"] == 4
        before, after = told[held]["errors"]
        assert before == after
        assert told[held]["kinds"][0] == told[held]["kinds"][1]
    assert told["refused"] == 0
