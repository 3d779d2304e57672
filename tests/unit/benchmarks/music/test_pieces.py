"""Windows are cut from whole bars of one metre."""

from benchmarks.music.pieces import Bar, Note, Piece, lower_line, upper_line, whole_bars, windows_of


def _bars(*lengths: float, beats: int = 4) -> tuple[Bar, ...]:
    found, at = [], 0.0
    for length in lengths:
        found.append(Bar(start=at, length=length, beats=beats, unit=4))
        at += length
    return tuple(found)


def _piece(bars: tuple[Bar, ...]) -> Piece:
    end = bars[-1].start + bars[-1].length
    voice = tuple(Note(start=float(at), length=1.5, pitch=60 + at % 12) for at in range(int(end)))
    return Piece(name="p", kind="folk", group="p", voices=(voice,), bars=bars)


def test_a_pickup_is_left_out_and_split_bars_are_put_together() -> None:
    """One beat before the first bar goes; three and one, left by a repeat, are a bar."""
    found = whole_bars(_bars(1, 4, 4, 3, 1, 4, 3))
    assert [bar.length for bar in found] == [4, 4, 4, 4, 3]
    assert found[0].start == 1


def test_a_window_counts_from_its_first_bar() -> None:
    """Sixteen bars after a pickup begin at zero, and their last note ends with them."""
    [window] = windows_of(_piece(_bars(1, *[4] * 16)))
    assert window.voices[0][0].start == 0
    assert window.voices[0][0].pitch == 61
    assert window.voices[0][-1].end == window.length == 64


def test_too_short_pieces_have_no_window() -> None:
    """Fifteen bars are not enough; forty-eight are three windows, and more are not taken."""
    assert windows_of(_piece(_bars(*[4] * 15))) == []
    assert len(windows_of(_piece(_bars(*[4] * 80)))) == 3


def test_a_change_of_metre_begins_anew() -> None:
    """Ten bars of four and sixteen of three have one window, in three."""
    tail = tuple(Bar(start=40 + 3 * at, length=3.0, beats=3, unit=4) for at in range(16))
    [window] = windows_of(_piece((*_bars(*[4] * 10), *tail)))
    assert window.bar == 3


def test_compound_metres_have_dotted_beats() -> None:
    """The pulse of 6/8 is a dotted quarter, of 3/4 a quarter."""
    assert Bar(start=0, length=3, beats=6, unit=8).pulse == 1.5
    assert Bar(start=0, length=3, beats=3, unit=4).pulse == 1


def test_lines_follow_the_highest_and_the_lowest() -> None:
    """Of two chords the upper tones are one line and the lower tones another, each cut by the next."""
    notes = [Note(start=at, length=4.0, pitch=pitch) for at in (0.0, 2.0) for pitch in (48, 60)]
    assert [(n.pitch, n.length) for n in upper_line(notes)] == [(60, 2), (60, 4)]
    assert [(n.pitch, n.length) for n in lower_line(notes)] == [(48, 2), (48, 4)]
