"""A word between a worker and whoever waits for it."""

from pathlib import Path

import pytest

from grym.adapters.step_files import LEAST_S, TOLD, StepFiles
from grym.errors import AdapterError


def test_what_is_told_is_heard(tmp_path: Path) -> None:
    """Before the first word it is loading; then the stage and the share that were told."""
    waiting, working = StepFiles(tmp_path), StepFiles(tmp_path)
    assert waiting.told() == ("loading", 0.0)
    working.tell("performing", 0.25)
    assert waiting.told() == ("performing", 0.25)


def test_words_in_quick_succession_are_left_out_but_stages_are_not(tmp_path: Path) -> None:
    """Within a tenth of a second a share may be skipped; a new stage is always told."""
    working = StepFiles(tmp_path)
    working.tell("performing", 0.1)
    working._last_s += LEAST_S * 1e6  # as if it had just been told
    working.tell("performing", 0.9)
    assert StepFiles(tmp_path).told() == ("performing", 0.1)
    working.tell("mastering", 0.0)
    assert StepFiles(tmp_path).told() == ("mastering", 0.0)


def test_a_stop_ends_the_work(tmp_path: Path) -> None:
    """After a stop, or when the folder has gone, the next word raises."""
    StepFiles(tmp_path).stop()
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(AdapterError) as caught:
            StepFiles(folder).tell("performing", 0.5)
        assert caught.value.code == "work.stopped"


def test_half_a_word_is_no_word(tmp_path: Path) -> None:
    """A file that cannot be read tells nothing, and nobody fails for it; stopping what is gone neither."""
    (tmp_path / TOLD).write_text('["perf', encoding="utf-8")
    assert StepFiles(tmp_path).told() == ("loading", 0.0)
    StepFiles(tmp_path / "gone").stop()
