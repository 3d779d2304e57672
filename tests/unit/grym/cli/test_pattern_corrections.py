"""What somebody says of a match, as words of the command line: ranges, and how it travels."""

import pytest

from grym.cli.pattern_corrections import Said, range_of
from grym.errors import InvalidRequestError


def test_a_range_is_two_seconds() -> None:
    """The second after the first; nothing is no range."""
    assert range_of("12.5-31") == (12.5, 31.0)
    assert range_of("0-1e2") == (0.0, 100.0)
    assert range_of(None) is None


@pytest.mark.parametrize("words", ["", "3", "3-", "-3", "5-3", "3-3", "a-b", "-1-3", "1-inf", "nan-3", "1-nan"])
def test_what_is_no_range_is_refused(words: str) -> None:
    """With how to write one."""
    with pytest.raises(InvalidRequestError) as raised:
        range_of(words)
    assert (raised.value.code, "START-END" in raised.value.hint) == ("request.range", True)


def test_a_verdict_carries_what_the_match_said() -> None:
    """Nothing of it where a pattern is meant by itself; somebody who says nothing else is sure."""
    said = Said(right=False, certainty=None, place=(1.0, 2.0), similar=True, note="why")
    alone = said.about(None)
    assert (alone.right, alone.certainty, alone.confidence, alone.similar) == (False, 1.0, None, True)
    assert (alone.start_s, alone.end_s) == (1.0, 2.0)
    match = {"pattern_id": "p", "confidence": 0.75, "offset_s": 3.0, "transposition_semitones": 2, "tempo_ratio": 1.1}
    told = said.about(match | {"evidence": {"margin": 1.0}, "name": "n"})
    assert (told.confidence, told.offset_s, told.transposition_semitones) == (0.75, 3.0, 2)
    assert (told.tempo_ratio, told.evidence) == (1.1, {"margin": 1.0})


def test_what_needs_a_verdict_says_so() -> None:
    """Sureness, place, spreading and a note mean nothing without right or wrong."""
    nothing = Said(right=None, certainty=None, place=None, similar=False, note="")
    assert not nothing.is_anything
    assert not nothing.needs_a_verdict
    assert Said(right=None, certainty=0.5, place=None, similar=False, note="").needs_a_verdict
    assert Said(right=True, certainty=None, place=None, similar=False, note="").is_anything
