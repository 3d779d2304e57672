"""Forms put together from passages of different works, so that it is known where sections begin and which return.

A form such as A B A C A takes each letter from another work of the split; a returning letter is the same passage
played again. Passages begin and end at bar lines.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.hearing.performing import TAIL_S, Performance, Played, Truth, perform
from benchmarks.hearing.works import FORMS, SPLITS, Chosen
from benchmarks.recognition.playing import dice

PATTERNS = ("ABACA", "AABB", "ABAB", "ABCA", "ABCBA", "AABA")
SHORTEST_S, LONGEST_S = 11.0, 20.0
"""How long a section is."""


def choose_forms(chosen: Sequence[Chosen], split: str) -> list[list[Chosen]]:
    """Return forms as lists of works whose first carries the form's own name and pattern.

    Works of one form have different scores; half of the forms keep one ensemble and one tempo throughout, so that
    harmony and melody alone tell sections apart.
    """
    rng = dice("forms", split)
    pool = [one for one in chosen if one[0].kind in {"ensemble", "analysed"}]
    forms = []
    for number in range(FORMS[SPLITS.index(split)]):
        pattern = PATTERNS[number % len(PATTERNS)]
        drawn = [pool[place] for place in rng.choice(len(pool), len(set(pattern)), replace=False)]
        first = drawn[0][0]
        name = hashlib.sha256(f"{split} {pattern} {number}".encode()).hexdigest()[:6]
        works = []
        for work, score in drawn:
            like = first if number % 2 else work
            tempo_bpm = float(np.clip(like.tempo_bpm, 70.0, 140.0))
            players = {"family": like.family, "players": like.players, "programs": like.programs}
            mine = {"name": f"form-{pattern}-{name}", "kind": "form", "source": f"{pattern} {work.source}"}
            works.append((replace(work, tempo_bpm=tempo_bpm, noise_db=None, **players, **mine), score))
        forms.append(works)
    return forms


def perform_form(parts: Sequence[Chosen]) -> tuple[Performance, list[int]]:
    """Play a form; the truth says its sections."""
    pattern = parts[0][0].source.split()[0]
    rng = dice("form", parts[0][0].name)
    passages: list[tuple[list[Played], float]] = []
    programs: list[int] = []
    for work, score in parts:
        played = perform(work, score, longest_s=float(rng.uniform(SHORTEST_S, LONGEST_S)))
        offset = len(programs)
        voices = 1 + max(note.part for note in score.notes)
        programs += [work.programs[place * len(work.programs) // voices] for place in range(voices)]
        start_s = played.truth.beats_s[0]
        end_s = played.truth.duration_s - TAIL_S
        notes = [(s - start_s, min(e, end_s) - start_s, p, v, part + offset) for s, e, p, v, part in played.notes]
        passages.append((notes, end_s - start_s))
    notes_all: list[Played] = []
    sections: list[tuple[float, float, str]] = []
    at_s = 0.2
    for letter in pattern:
        notes, length_s = passages["ABC".index(letter)]
        notes_all += [(max(0.0, s + at_s), e + at_s, p, v, part) for s, e, p, v, part in notes]
        sections.append((at_s, at_s + length_s, letter))
        at_s += length_s
    notes_all.sort()
    sections[0] = (0.0, sections[0][1], sections[0][2])
    sections[-1] = (sections[-1][0], at_s + TAIL_S, sections[-1][2])
    return Performance(notes=notes_all, truth=Truth(duration_s=at_s + TAIL_S, sections=sections)), programs
