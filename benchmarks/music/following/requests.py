"""Generated requests: a sentence and what it asks, never contradictory and never impossible."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.music.corpus import Split
from benchmarks.music.following import words
from benchmarks.music.following.words import GENRES, INSTRUMENTS, Genre, Language, Mode

LANGUAGES: tuple[Language, ...] = ("en", "en", "de", "fr")
SEEDS: dict[Split, int] = {"dev": 101, "test": 20_101}
SHORTEST_S, LONGEST_S = 25, 100

CHANCES = {
    "key": 0.7,
    "tempo": 0.5,
    "metre": 0.4,
    "length": 0.8,
    "players": 0.55,
    "drums": 0.35,
    "mood": 0.3,
    "loop": 0.5,
}
"""How often a sentence says something about each; about a loop only where drums are played and no length is named."""

LOOPS_BARS = (4, 8, 16)

FITTING = 0.012
"""Part of a length by which whole bars may miss it where tempo, metre and length are all asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A sentence with what it asks; None and empty where it leaves the choice.

    Parameters
    ----------
    tonic, mode
        Key, as pitch class and ``major`` or ``minor``.
    bars
        Of a loop, which has exactly so many.
    players
        Instruments by the names of `words.INSTRUMENTS`; the piece is for them alone.
    """

    prompt: str
    language: Language
    styles: frozenset[str]
    tonic: int | None = None
    mode: Mode | None = None
    tempo_bpm: float | None = None
    metre: tuple[int, int] | None = None
    seconds: float | None = None
    bars: int | None = None
    players: tuple[str, ...] = ()
    drums: bool | None = None


def requests(count: int, split: Split) -> list[Request]:
    """Return so many requests of a split, the same ones every time."""
    rng = np.random.default_rng(SEEDS[split])
    return [_request(rng) for _ in range(count)]


def _request(rng: np.random.Generator) -> Request:
    language = LANGUAGES[int(rng.integers(len(LANGUAGES)))]
    genre = GENRES[int(rng.integers(len(GENRES)))]
    asks = {name for name, chance in CHANCES.items() if rng.random() < chance}
    metre, tempo_bpm, seconds = _times(genre, asks, rng)
    players = _players(genre, rng) if "players" in asks else ()
    tonic = int(rng.choice(sorted(words.TONICS[language]))) if "key" in asks else None
    mode: Mode = "major" if rng.random() < 0.5 else "minor"
    # Whoever asks for named players alone says nothing about drums, and only some genres have any.
    drums = _drums(genre, rng) if "drums" in asks and not players else None
    loops = "loop" in asks and genre.drums and seconds is None
    asked = Request(
        prompt="",
        bars=int(rng.choice(LOOPS_BARS)) if loops else None,
        language=language,
        styles=genre.accepted,
        tonic=tonic,
        mode=mode if tonic is not None else None,
        tempo_bpm=tempo_bpm,
        metre=metre,
        seconds=seconds,
        players=players,
        drums=drums,
    )
    return _said(asked, genre, rng, mood="mood" in asks)


def _times(
    genre: Genre, asks: set[str], rng: np.random.Generator
) -> tuple[tuple[int, int] | None, float | None, float | None]:
    """Draw metre, tempo and length, which whole bars can fill."""
    metre = _metre(str(rng.choice(genre.metres))) if "metre" in asks else None
    tempo_bpm = float(rng.integers(genre.tempi_bpm[0], genre.tempi_bpm[1] + 1)) if "tempo" in asks else None
    if "length" not in asks:
        return metre, tempo_bpm, None
    lengths = [float(seconds) for seconds in (*range(SHORTEST_S, LONGEST_S + 1), 120)]
    if tempo_bpm is not None:
        beats, unit = metre or _metre(genre.metres[0])
        bar_s = beats * 4 / unit * 60 / tempo_bpm
        lengths = [length for length in lengths if abs(round(length / bar_s) * bar_s - length) <= FITTING * length]
    return metre, tempo_bpm, float(rng.choice(lengths))


def _metre(text: str) -> tuple[int, int]:
    beats, _, unit = text.partition("/")
    return int(beats), int(unit)


def _players(genre: Genre, rng: np.random.Generator) -> tuple[str, ...]:
    known = [name for name in genre.players if name]
    if not known:
        return ()
    if rng.random() < 0.5 or len(known) < 2:
        alone = [name for name in known if name in words.ALONE]
        return (str(rng.choice(alone)),) if alone else ()
    return tuple(str(name) for name in rng.permutation(known)[: 2 + int(rng.random() < 0.3)])


def _drums(genre: Genre, rng: np.random.Generator) -> bool:
    return genre.drums and rng.random() < 0.5


def _said(asked: Request, genre: Genre, rng: np.random.Generator, *, mood: bool) -> Request:
    """Put the sentence together: the genre first, everything else in any order."""

    def pick(options: tuple[str, ...]) -> str:
        return options[int(rng.integers(len(options)))]

    language = asked.language
    said = []
    if asked.tonic is not None and asked.mode is not None:
        said.append(words.IN_KEY[language].format(key_name(asked.tonic, asked.mode, language)))
    if asked.tempo_bpm is not None:
        said.append(pick(words.TEMPO[language]).format(f"{asked.tempo_bpm:.0f}"))
    if asked.metre is not None:
        said.append(pick(words.METRE[language]).format(f"{asked.metre[0]}/{asked.metre[1]}"))
    if asked.seconds is not None:
        said.append(pick(_lengths(asked.seconds, language)))
    if asked.bars is not None:
        said.append(pick(words.LOOP[language]).format(asked.bars))
    if asked.players:
        said.append(_for_players(asked.players, language, pick))
    if asked.drums is not None:
        said.append(pick(words.DRUMS[language][asked.drums]))
    name = pick(genre.names[language])
    if mood and words.MOODS[language]:
        article, _, noun = name.partition(" ")
        name = f"a {pick(words.MOODS[language])} {noun}" if article in {"a", "an"} else name
    joint = ", " if rng.random() < 0.4 else " "
    whole = joint.join([name, *(said[at] for at in rng.permutation(len(said)))])
    opening = pick(words.OPENINGS[language]).format(whole)
    return replace(asked, prompt=opening)


def key_name(tonic: int, mode: Mode, language: Language) -> str:
    """Say a key as people do: German minor keys in small letters."""
    name = words.TONICS[language][tonic]
    small = language == "de" and mode == "minor"
    return (name.lower() if small else name) + words.MODES[language][mode]


def _lengths(seconds: float, language: Language) -> tuple[str, ...]:
    """Return ways to say a length; whole minutes as minutes."""
    minutes = words.MINUTES[language].get(int(seconds))
    return minutes or tuple(phrase.format(f"{seconds:.0f}") for phrase in words.LENGTH[language])


def _for_players(players: tuple[str, ...], language: Language, pick: Callable[[tuple[str, ...]], str]) -> str:
    names = [INSTRUMENTS[player][language] for player in players]
    if len(names) == 1:
        return pick(words.SOLO[language]).format(names[0])
    listed = ", ".join(names[:-1]) + words.AND[language] + names[-1]
    return words.FOR[language].format(listed)
