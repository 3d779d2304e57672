"""Somebody who likes slow music in minor with strings, and says so through the command line.

What a piece is like is judged by its MIDI file alone: the tempo, the key signature, and who plays.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mido

USUAL_BPM: Mapping[str, float] = {
    "a waltz": 162.0,
    "some classical music": 112.0,
    "a tango": 120.0,
    "a rondo": 120.0,
    "a lullaby": 72.0,
    "some pop music": 112.0,
    "a nocturne": 69.0,
    "some film music": 92.0,
    "a folk tune": 108.0,
    "some jazz": 138.0,
}
"""Sentences that leave tempo, mode and players open, with the tempo that is usual for each."""
STRINGS = frozenset({40, 41, 42, 43, 44, 48, 49})
"""General MIDI programs of bowed strings: violin, viola, cello, contrabass, tremolo, two ensembles."""
PERCUSSION_CHANNEL = 9

Tell = Callable[..., dict[str, Any]]
"""Calls a command with ``--json`` and returns its object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What somebody hears of a piece.

    Parameters
    ----------
    pace
        Tempo against the usual one of its kind, as a ratio.
    minor
        Whether it is in minor.
    strings
        Share 0–1 of bowed strings among those who play pitches.
    """

    pace: float
    minor: bool
    strings: float

    @property
    def stars(self) -> int:
        """One to five: four for slow, three each for minor and for strings, of ten."""
        slow = min(1.0, max(0.0, (1.15 - self.pace) / 0.35))
        pleasure = 0.4 * slow + 0.3 * self.minor + 0.3 * min(1.0, self.strings / 0.6)
        return round(1 + 4 * pleasure)


def heard(midi: Path, *, usual_bpm: float) -> Heard:
    """Return what is heard of a piece."""
    messages = [message for track in mido.MidiFile(midi).tracks for message in track]
    tempo_bpm = next(mido.tempo2bpm(one.tempo) for one in messages if one.type == "set_tempo")
    key = next(one.key for one in messages if one.type == "key_signature")
    programs = [one.program for one in messages if one.type == "program_change" and one.channel != PERCUSSION_CHANNEL]
    share = sum(program in STRINGS for program in programs) / len(programs)
    return Heard(pace=tempo_bpm / usual_bpm, minor=key.endswith("m"), strings=share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece that somebody got: the object that the command printed, and what is heard."""

    told: dict[str, Any]
    heard: Heard

    @property
    def sources(self) -> dict[str, str]:
        """Where its parameters came from, by name."""
        return {name: fact["source"] for name, fact in self.told["parameters"].items()}


@dataclass(slots=True, kw_only=True)
class Listener:
    """Asks for pieces under a name, hears them and rates them.

    Parameters
    ----------
    tell
        How commands are called.
    folder
        Where they write.
    before_each
        Called before every command.
    """

    name: str
    tell: Tell
    folder: Path
    before_each: Callable[[], None] = lambda: None
    rated: list[Piece] = field(default_factory=list)

    def ask(self, prompts: Sequence[str], *, called: str, takes: int = 1, seed: int = 100) -> list[Piece]:
        """Return a piece for each sentence, or several takes of it; `called` is part of its id."""
        found = []
        for number, prompt in enumerate(prompts):
            self.before_each()
            words = ("compose", prompt, "--seconds", "8", "--backend", "score", "--seed", str(seed + number))
            ours = ("--user", self.name, "--request-id", f"{self.name}-{called}-{number}", "--variations", str(takes))
            told = self.tell(*words, *ours)
            found += [self._piece(one, prompt) for one in told.get("results", [told])]
        return found

    def rate(self, pieces: Sequence[Piece]) -> None:
        """Rate pieces by what is heard of them."""
        for piece in pieces:
            self.before_each()
            words = ("rate", piece.told["request_id"], str(piece.heard.stars), "--user", self.name)
            assert self.tell(*words)["accepted"] is True
            self.rated.append(piece)

    def _piece(self, told: dict[str, Any], prompt: str) -> Piece:
        return Piece(told=told, heard=heard(self.folder / told["midi"], usual_bpm=USUAL_BPM[prompt]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a listener who rates got, and what somebody got who never says anything.

    Parameters
    ----------
    first, later
        The same sentences with the same seeds, before and after everything was rated.
    rated
        Everything that was rated, the first ones included.
    others_first, others_later
        The same for the other one, at the same times.
    """

    first: list[Piece]
    later: list[Piece]
    rated: list[Piece]
    others_first: list[Piece]
    others_later: list[Piece]


def listening(one: Listener, other: Listener, prompts: Sequence[str], *, takes: int) -> Story:
    """Let somebody hear and rate a piece for each sentence and then `takes` more of each, and hear them again."""
    others_first = other.ask(prompts, called="first")
    first = one.ask(prompts, called="first")
    one.rate(first)
    for number, prompt in enumerate(prompts):
        one.rate(one.ask([prompt], called=f"more-{number}", seed=100 + number, takes=takes))
    later = one.ask(prompts, called="later")
    others_later = other.ask(prompts, called="later")
    return Story(first=first, later=later, rated=one.rated, others_first=others_first, others_later=others_later)


def require_moved(story: Story, *, pace: float, minor: float, strings: float, stars: float) -> None:
    """Check that later pieces are slower by a factor, more often in minor, have more strings and please more."""
    assert mean_pace(story.later) <= pace * mean_pace(story.first), told_in_a_line(story.later)
    assert mean_minor(story.later) >= mean_minor(story.first) + minor, told_in_a_line(story.later)
    assert mean_strings(story.later) >= mean_strings(story.first) + strings, told_in_a_line(story.later)
    assert mean_stars(story.later) >= mean_stars(story.first) + stars, told_in_a_line(story.later)


def require_told(story: Story) -> None:
    """Check that parameters say where they came from and why: by whom, on how many ratings, with what gain."""
    assert all(set(piece.sources.values()) <= {"default", "request"} for piece in story.first)
    learned = [piece for piece in story.later if piece.told["learning"]["arm"] == "learned"]
    assert learned
    for piece in learned:
        facts = [fact for fact in piece.told["parameters"].values() if fact["source"] == "learned"]
        assert facts
        assert all(f"on {len(story.rated)} ratings, expected gain +" in fact["why"] for fact in facts), facts
        assert piece.told["learning"]["expected_gain"] > 0
        assert any(note.startswith("After this listener's ratings") for note in piece.told["plan"]["notes"])
    for piece in story.later:
        if piece.told["learning"]["arm"] == "holdout":
            assert "holdout" in piece.sources.values()


def require_unmoved(folder: Path, story: Story) -> None:
    """Check that the other one's pieces are the same notes with the same parameters as before."""
    for before, after in zip(story.others_first, story.others_later, strict=True):
        assert before.told["parameters"] == after.told["parameters"]
        assert (folder / before.told["midi"]).read_bytes() == (folder / after.told["midi"]).read_bytes()


def mean_pace(pieces: Sequence[Piece]) -> float:
    """Return the geometric mean of the pace."""
    return math.exp(sum(math.log(piece.heard.pace) for piece in pieces) / len(pieces))


def mean_minor(pieces: Sequence[Piece]) -> float:
    """Return the share of pieces in minor."""
    return sum(piece.heard.minor for piece in pieces) / len(pieces)


def mean_strings(pieces: Sequence[Piece]) -> float:
    """Return the mean share of strings."""
    return sum(piece.heard.strings for piece in pieces) / len(pieces)


def mean_stars(pieces: Sequence[Piece]) -> float:
    """Return the mean rating."""
    return sum(piece.heard.stars for piece in pieces) / len(pieces)


def told_in_a_line(pieces: Sequence[Piece]) -> str:
    """Return the means of pieces, for the table of measures."""
    values = mean_pace(pieces), mean_minor(pieces), mean_strings(pieces), mean_stars(pieces)
    return "pace {:.2f}, minor {:.2f}, strings {:.2f}, stars {:.2f}".format(*values)
