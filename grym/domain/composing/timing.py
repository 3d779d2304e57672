"""When: metre, tempo, number of bars and length of a piece, from what was asked in numbers, in words and by style.

Numbers win over words and words over the style. Bars that are asked for are counted out exactly; a tempo that is free
then gives way to a length that is asked too. A loop has as many bars as were asked, else bars in fours.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from grym.domain.composing.fitting import Fit, bar_seconds, fit_bars
from grym.domain.composing.metrics import is_compound
from grym.domain.composing.naming import read_metre
from grym.domain.composing.plan import MAX_SECONDS, MAX_TEMPO_BPM, MIN_TEMPO_BPM, USUAL_SECONDS, Wish
from grym.domain.composing.reading import Reading
from grym.domain.composing.score import Metre
from grym.domain.composing.seeds import pick, stream
from grym.domain.composing.styles import Style
from grym.domain.composing.taste import asked_tempo
from grym.domain.composing.vocabulary import FAST_WORDS, MOODS, SLOW_WORDS, TEMPO_WORDS
from grym.errors import InvalidRequestError

# How far an unrequested tempo may move from the usual one so that whole bars fill the time.
_TEMPO_SLACK = 0.09
# Shorter pieces take the metre with the shortest bars, so that there is room for a phrase.
_FEWEST_BARS = 4
_LOOP_BARS = 8
# Bars that are asked for may be shorter than the shortest length in seconds: one bar of a loop.
SHORTEST_BARS_S = 1.0
# A tempo that follows from bars and seconds may leave its style by this factor.
_STRETCH = 1.25


def choose_time(
    wish: Wish,
    reading: Reading,
    style: Style,
    mood: str,
    notes: list[str],
    *,
    point: float,
    pace: float | None = None,
) -> Fit:
    """Choose tempo, metre and bars.

    Parameters
    ----------
    notes
        Receives a sentence where a wish could not be met to the letter.
    point
        Drawn by chance, 0–1: where the tempo lies about the usual one, and which metre is taken.
    pace
        Learned place of the tempo in the range of the style, 0–1 (see `taste`); None where nothing was learned.

    Raises
    ------
    InvalidRequestError
        When the bars asked for last too long or too short (code ``request.bars``).
    """
    seconds = asked_seconds(wish, reading)

    def open_bpm() -> float:
        return _about_usual(style, reading, mood, notes, point, pace=pace)

    if wish.seconds is None and reading.lengths_bars:
        bars = reading.lengths_bars[0]
        return _counted(bars, seconds, open_bpm, wish=wish, reading=reading, style=style, notes=notes, point=point)
    if reading.loop and seconds is None:
        return _counted(_LOOP_BARS, None, open_bpm, wish=wish, reading=reading, style=style, notes=notes, point=point)
    length_s = USUAL_SECONDS if seconds is None else seconds
    tempo_bpm = _asked_tempo(wish, reading, notes)
    metres = _metres(wish, reading, style, notes, in_numbers=tempo_bpm is not None)
    if tempo_bpm is not None:
        return fit_bars(
            length_s, metres=metres, slowest_bpm=tempo_bpm, usual_bpm=tempo_bpm, fastest_bpm=tempo_bpm, notes=notes
        )
    usual = open_bpm()
    chosen = _drawn(metres, point)
    if length_s / bar_seconds(chosen, usual) < _FEWEST_BARS:
        chosen = min(metres, key=lambda one: one.bar_ticks)
    found = fit_bars(
        length_s,
        metres=[chosen],
        slowest_bpm=max(MIN_TEMPO_BPM, usual * (1 - _TEMPO_SLACK)),
        usual_bpm=usual,
        fastest_bpm=min(MAX_TEMPO_BPM, usual * (1 + _TEMPO_SLACK)),
        notes=notes,
    )
    return _in_fours(found) if reading.loop else found


def asked_seconds(wish: Wish, reading: Reading) -> float | None:
    """Return the length asked for: that of the request, else that of the sentence, else None."""
    if wish.seconds is not None:
        return wish.seconds
    return reading.lengths_s[0] if reading.lengths_s else None


def _counted(
    bars: int,
    seconds: float | None,
    open_bpm: Callable[[], float],
    *,
    wish: Wish,
    reading: Reading,
    style: Style,
    notes: list[str],
    point: float,
) -> Fit:
    """Count out the bars that were asked for; seconds that were asked too set a tempo that is free."""
    tempo_bpm = _asked_tempo(wish, reading, notes)
    metre = _drawn(_metres(wish, reading, style, notes, in_numbers=tempo_bpm is not None), point)
    if tempo_bpm is None:
        tempo_bpm = round(open_bpm())
        if seconds is not None:
            needed = bars * bar_seconds(metre, 60.0) * 60.0 / seconds
            slowest, _, fastest = style.tempo_bpm
            if slowest / _STRETCH <= needed <= fastest * _STRETCH:
                tempo_bpm = round(needed, 2)
    length_s = bars * bar_seconds(metre, tempo_bpm)
    if not SHORTEST_BARS_S <= length_s <= MAX_SECONDS:
        raise InvalidRequestError(
            f"{bars} bars of {metre} at {tempo_bpm:g} BPM last {length_s:.3g} seconds.",
            code="request.bars",
            hint=f"Ask for bars that last {SHORTEST_BARS_S:g} to {MAX_SECONDS:g} seconds.",
        )
    if seconds is not None and abs(length_s - seconds) > 0.02 * seconds:
        notes.append(f"{bars} bars last {length_s:.1f} s and {seconds:g} s were asked too: took the bars.")
    return Fit(tempo_bpm=float(tempo_bpm), metre=metre, bars=bars, seconds=length_s, plan_seconds=length_s)


def _in_fours(found: Fit) -> Fit:
    """Return a loop of bars in fours that lasts as long, by another tempo."""
    bars = max(4, round(found.bars / 4) * 4)
    tempo_bpm = round(found.tempo_bpm * bars / found.bars, 2)
    if bars == found.bars or not MIN_TEMPO_BPM <= tempo_bpm <= MAX_TEMPO_BPM:
        return found
    return replace(found, bars=bars, tempo_bpm=tempo_bpm, seconds=bars * bar_seconds(found.metre, tempo_bpm))


def _asked_tempo(wish: Wish, reading: Reading, notes: list[str]) -> float | None:
    """Return the tempo asked for in numbers, if any."""
    if wish.tempo_bpm is not None:
        return wish.tempo_bpm
    if len(reading.tempi_bpm) > 1:
        notes.append("Several tempi asked: took the first.")
    return reading.tempi_bpm[0] if reading.tempi_bpm else None


def _metres(wish: Wish, reading: Reading, style: Style, notes: list[str], *, in_numbers: bool) -> list[Metre]:
    """Return the metres to choose from: the one asked for, else those of the style.

    A tempo in numbers counts quarters, so the pulse should be one where the metre is free.
    """
    asked = _asked_metre(wish, reading, notes)
    if asked is not None:
        if in_numbers and is_compound(asked):
            notes.append("The tempo counts quarter notes; the pulse of this metre is a dotted quarter.")
        return [asked]
    metres = [read_metre(text) for text in style.metres]
    simple = [one for one in metres if not is_compound(one)]
    return simple or metres if in_numbers else metres


def _asked_metre(wish: Wish, reading: Reading, notes: list[str]) -> Metre | None:
    """Return the metre asked for, if any; a waltz in another style is that style in three."""
    if wish.metre is not None:
        return read_metre(wish.metre)
    asked = [*reading.metres, *reading.words.get("metre", ())]
    if len(set(asked)) > 1:
        notes.append(f"Several metres asked ({', '.join(dict.fromkeys(asked))}): took {asked[0]}.")
    if not asked and len(reading.words.get("style", ())) > 1 and "waltz" in reading.words["style"]:
        return Metre(beats=3, unit=4)
    return read_metre(asked[0]) if asked else None


def _drawn(metres: list[Metre], point: float) -> Metre:
    """Draw one of the metres, the usual one most often."""
    return pick(stream(int(point * 1e9), "metre"), metres, (3, *(1 for _ in metres[1:])))


def _about_usual(
    style: Style, reading: Reading, mood: str, notes: list[str], point: float, *, pace: float | None
) -> float:
    """Return a tempo about the usual one, where the pieces of a style gather."""
    usual = usual_tempo(style, reading, mood, notes, pace=pace) * (1 + (point - 0.5) * 0.14)
    return min(MAX_TEMPO_BPM, max(MIN_TEMPO_BPM, usual))


def usual_tempo(style: Style, reading: Reading, mood: str, notes: list[str], *, pace: float | None = None) -> float:
    """Return the tempo that words, taste, mood and style ask for, in quarter notes a minute."""
    slowest, usual, fastest = style.tempo_bpm
    # "not too fast" asks for the slow side, "not slow" for the fast one.
    slow = [*reading.words.get("slow", ()), *(["slow"] if reading.refused.get("fast") else [])]
    fast = [*reading.words.get("fast", ()), *(["fast"] if reading.refused.get("slow") else [])]
    named = reading.words.get("tempo", ())
    if slow and fast:
        notes.append("Fast and slow both asked: took slow.")
    if named:
        if len(named) > 1:
            notes.append(f"Several tempi asked ({', '.join(named)}): took {named[0]}.")
        return TEMPO_WORDS[named[0]]
    if pace is not None and not slow and not fast:
        return asked_tempo(style, pace, mood=mood, written=mood in reading.words.get("mood", ()))
    factor = SLOW_WORDS[slow[0]] if slow else FAST_WORDS[fast[0]] if fast else 1.0
    if factor == 1.0 and mood in MOODS:
        return min(fastest, max(slowest, usual * MOODS[mood].tempo_factor))
    return min(fastest * 1.15, max(slowest * 0.85, usual * factor))


def overruled(wish: Wish, reading: Reading, style: Style, fit: Fit) -> list[str]:
    """Name wishes that the chosen numbers overrule: words of tempo, the metre of a dance, another length."""
    found = []
    in_numbers = wish.tempo_bpm is not None or bool(reading.tempi_bpm)
    slowest, _, fastest = style.tempo_bpm
    if in_numbers and reading.words.get("slow") and fit.tempo_bpm > fastest:
        found.append(f"Slow and {fit.tempo_bpm:g} bpm both asked: took {fit.tempo_bpm:g} bpm.")
    if in_numbers and reading.words.get("fast") and fit.tempo_bpm < slowest:
        found.append(f"Fast and {fit.tempo_bpm:g} bpm both asked: took {fit.tempo_bpm:g} bpm.")
    if style.name == "waltz" and fit.metre.beats % 3:
        found.append(f"A waltz has three beats, and {fit.metre} was asked: took {fit.metre}.")
    if wish.seconds is not None:
        found += _other_lengths(wish.seconds, reading, fit)
    elif len(set(reading.lengths_s)) > 1:
        found.append(f"Several lengths asked: took {reading.lengths_s[0]:g} s.")
    return found


def _other_lengths(seconds: float, reading: Reading, fit: Fit) -> list[str]:
    """Name lengths of the sentence that the length of the request overrules."""
    differs = any(not math.isclose(length, seconds, rel_tol=0.05) for length in reading.lengths_s)
    differs = differs or bool(reading.lengths_bars and reading.lengths_bars[0] != fit.bars)
    told = f"The sentence names another length; the length of the request counts: {seconds:g} s."
    return [told] if differs else []
