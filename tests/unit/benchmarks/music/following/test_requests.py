"""Generated requests say what they ask for, and never the impossible."""

from benchmarks.music.following.requests import FITTING, key_name, requests


def test_requests_are_the_same_every_time_and_differ_between_splits() -> None:
    """Two hundred sentences, all three languages, hardly one twice; the splits share almost none."""
    found = requests(200, "dev")
    assert found == requests(200, "dev")
    prompts = {one.prompt for one in found}
    assert len(prompts) > 190
    assert {one.language for one in found} == {"en", "de", "fr"}
    assert len(prompts & {one.prompt for one in requests(200, "test")}) < 5


def test_what_is_asked_is_said() -> None:
    """Tempo, metre and length stand in the sentence as numbers, a length of whole minutes in words."""
    for one in requests(200, "dev"):
        assert one.tempo_bpm is None or f"{one.tempo_bpm:.0f}" in one.prompt
        assert one.metre is None or f"{one.metre[0]}/{one.metre[1]}" in one.prompt
        assert one.seconds in {None, 60.0, 90.0, 120.0} or f"{one.seconds:.0f}" in one.prompt


def test_whole_bars_fill_the_length() -> None:
    """Where tempo, metre and length are asked together, some number of bars meets the length."""
    for one in requests(200, "dev"):
        if one.tempo_bpm and one.metre and one.seconds:
            bar_s = one.metre[0] * 4 / one.metre[1] * 60 / one.tempo_bpm
            assert abs(round(one.seconds / bar_s) * bar_s - one.seconds) <= FITTING * one.seconds


def test_keys_are_named_as_people_do() -> None:
    """B flat is B in German, minor keys are small there; F sharp is fa dièse in French."""
    assert key_name(10, "major", "de") == "B-Dur"
    assert key_name(11, "minor", "de") == "h-Moll"
    assert key_name(6, "minor", "fr") == "fa dièse mineur"
    assert key_name(10, "major", "en") == "Bb major"
