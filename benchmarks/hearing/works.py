"""Which movements are heard, in which split, and how each is to be played: a seeded rule, never a person's choice.

A work's place follows from the hash of its name; two fifths of the works are *dev*, the others *test*. Of each kind so
many are taken in the order of that hash as `KINDS` says, spread over metres and collections.
"""

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.hearing.manners import Work, drawn
from benchmarks.hearing.repeats import sections_of
from benchmarks.hearing.scores import Score, corpus_root, group_of, read_score, tunes
from benchmarks.hearing.symbols import PITCH_CLASSES, analysed_scores, analysis_of, key_name, plain_chords

SPLITS = ("dev", "test")
FEW = 2
NAMES = Path(__file__).parent / "works.json"
DEV_SHARE = 0.4

KINDS = {
    "ensemble": (12, 18),
    "analysed": (8, 12),
    "leadsheet": (2, 2),
    "dance": (12, 18),
    "melody": (10, 12),
    "repeats": (4, 6),
}
"""How many works of each kind dev and test have; forms are put together from these."""

FORMS = (8, 10)
METRES = frozenset({"2/4", "3/4", "4/4", "6/8", "9/8", "12/8"})

COMPOSED = (
    *("bach", "beethoven", "mozart", "haydn", "schumann_robert", "schumann_clara", "chopin", "corelli", "joplin"),
    *("schubert", "weber", "handel", "cpebach", "beach", "verdi", "johnson_j_r", "liliuokalani"),
)
PER_COLLECTION = 4
LARGEST_BYTES = {".mxl": 110_000, ".krn": 110_000, ".xml": 1_000_000}
"""Whole quartets in one file take minutes to read and are left out."""

ANALYSED_SHARE = {"bach": 0.75, "monteverdi": 0.375}
DANCE_BOOKS = ("ryansMammoth", "oneills1850", "airdsAirs")
PER_METRE = {"2/4": 2, "3/4": 2, "4/4": 2, "6/8": 3, "9/8": 2, "12/8": 1}
"""Dances of a dozen."""

LEAST_BEATS = 48
LEAST_SECTIONS = 4

Chosen = tuple[Work, Score]


def choose(split: str, kept: Path, *, few: bool = False) -> list[Chosen]:
    """Return the works of a split with their scores, forms left out.

    The names that the rule came to are kept beside this file, since finding them means to read many more scores. `few`
    takes two of each kind, of those that are read in a second.
    """
    names: dict[str, list[str]] = json.loads(NAMES.read_text())[split]
    chosen: list[Chosen] = []
    for kind in KINDS:
        quickly = [name for name in names[kind] if name.startswith("bach/") or "#" in name][:FEW]
        wanted = quickly if few else names[kind]
        scores = [score for name in wanted if (score := score_of(name, kind, kept)) is not None]
        chosen += [(drawn(score, kind, place), score) for place, score in enumerate(scores)]
    return chosen


def ruled(split: str, kept: Path) -> dict[str, list[str]]:
    """Return the names of the scores that the rule takes for a split, by kind."""
    return {
        kind: [s.name for s in _taken(kind, split, kept, counts[SPLITS.index(split)])] for kind, counts in KINDS.items()
    }


def split_of(name: str, kind: str) -> str:
    """Return the split that a score belongs to."""
    return _split(group_of(name), kind)


def _taken(kind: str, split: str, kept: Path, count: int) -> list[Score]:
    """Return so many scores of a kind, each fitting what the kind still lacks."""
    found: list[Score] = []
    lacking = _quotas(kind, count)
    for name in names_of(kind):
        if len(found) == count:
            break
        if _split(group_of(name), kind) != split or not lacking(found, name):
            continue
        score = score_of(name, kind, kept)
        if score is not None and not any(score.group == other.group for other in found):
            found.append(score)
    return found


def names_of(kind: str) -> list[str]:
    """Return the names of all scores that a kind may have, in the order in which they are taken."""
    return sorted(_names(kind), key=_place)


def score_of(name: str, kind: str, kept: Path) -> Score | None:
    """Return a score with its harmony, None where it does not serve the kind."""
    score = read_score(name, kept)
    if score is None or not _is_regular(score, kind):
        return None
    score = replace(score, key=_home(score))
    if kind == "repeats":
        score = replace(score, sections=sections_of(score.bars))
    if kind == "analysed":
        analysis = analysis_of(analysed_scores()[name], score)
        return replace(score, chords=analysis[0], keys=analysis[1]) if analysis else None
    if kind == "ensemble":
        return replace(score, chords=plain_chords(score))
    return score


def _is_regular(score: Score, kind: str) -> bool:
    """Return whether a score has one metre of those judged, enough beats and as many voices as its kind asks."""
    if len(score.metres) != 1 or not score.metres <= METRES:
        return False
    voices = len({note.part for note in score.notes})
    alone = not any(b.start < a.end - 1e-6 for a, b in zip(score.notes, score.notes[1:], strict=False))
    return score.end / score.bars[0].beat >= LEAST_BEATS and {
        "melody": voices == 1 and alone,
        "dance": voices == 1,
        "leadsheet": bool(score.chords),
        "repeats": voices == 1 and len(sections_of(score.bars)) >= LEAST_SECTIONS,
    }.get(kind, voices > 1)


def _names(kind: str) -> Iterator[str]:
    """Yield the names of the scores that a kind may have."""
    root = corpus_root()
    if kind == "analysed":
        yield from analysed_scores()
    elif kind == "ensemble":
        analysed = analysed_scores()
        for folder in COMPOSED:
            for path in sorted((root / folder).rglob("*")):
                file = path.relative_to(root).as_posix()
                if path.stat().st_size <= LARGEST_BYTES.get(path.suffix, 0) and file not in analysed:
                    yield file
    elif kind == "leadsheet":
        yield from (f"leadSheet/{name}.mxl" for name in ("berlinAlexandersRagtime", "fosterBrownHair"))
        yield from (f"nottingham-dataset/reelsa-c.abc#{n}" for n in range(2))
    else:
        for folder in ("essenFolksong",) if kind == "melody" else DANCE_BOOKS:
            for path in sorted((root / folder).glob("*.abc")):
                source = path.relative_to(root).as_posix()
                yield from (f"{source}#{number}" for number in range(len(tunes(source))))


def _quotas(kind: str, count: int) -> Callable[[list[Score], str], bool]:
    """Return whether a name still has a place among those found: by metre for dances, by collection otherwise."""

    def wanted(found: list[Score], name: str) -> bool:
        if kind == "dance":
            metre = _written_metre(name)
            most = PER_METRE.get(metre, 0) * count / sum(PER_METRE.values())
            return sum(metre in score.metres for score in found) < most
        folder = name.split("/", maxsplit=1)[0]
        alike = sum(score.name.startswith(folder + "/") for score in found)
        if kind == "analysed":
            return alike < count * ANALYSED_SHARE[folder]
        return kind != "ensemble" or alike < PER_COLLECTION

    return wanted


def _written_metre(name: str) -> str:
    """Return the metre of a tune without reading the tune."""
    source, _, number = name.partition("#")
    written = re.search(r"^M: *(\S+)", tunes(source)[int(number)], re.MULTILINE)
    return {"C": "4/4"}.get(written[1], written[1]) if written else ""


def _place(name: str) -> bytes:
    return hashlib.sha256(b"hearing " + name.encode()).digest()


def _split(group: str, kind: str) -> str:
    """Return the split of a work; of the four lead sheets every second is dev."""
    if kind == "leadsheet":
        return SPLITS[sorted(map(group_of, _names(kind))).index(group) % 2]
    return "dev" if _place(group)[0] < DEV_SHARE * 256 else "test"


def _home(score: Score) -> str | None:
    """Return the written key if the last bass note is its tonic and its third sounds; sources name modes unheard.

    Of a score with a signature only, the key of that signature on whose tonic the bass ends.
    """
    last = max(note.end for note in score.notes)
    bass = min(note.pitch for note in score.notes if note.end > last - 1e-6) % 12
    if score.key is not None and PITCH_CLASSES.index(score.key.split()[0]) == bass:
        return score.key if _third_sounds(score, score.key) else None
    if score.fifths is None or "#" in score.name:
        return None
    major = score.fifths * 7 % 12
    return {major: key_name(major, "major"), (major + 9) % 12: key_name(major + 9, "minor")}.get(bass)


def _third_sounds(score: Score, key: str) -> bool:
    """Return whether the third of a key sounds longer than the other mode's: some minor tunes are filed as major."""
    tonic, mode = key.split()
    lengths = {
        third: sum(n.end - n.start for n in score.notes if (n.pitch - PITCH_CLASSES.index(tonic)) % 12 == third)
        for third in (3, 4)
    }
    return lengths[4] >= lengths[3] if mode == "major" else lengths[3] >= lengths[4]


def main() -> None:
    """Write down the names that the rule comes to: ``python -m benchmarks.hearing.works FOLDER_FOR_SCORES``."""
    names = {split: ruled(split, Path(sys.argv[1])) for split in SPLITS}
    NAMES.write_text(json.dumps(names, indent=1) + "\n")


if __name__ == "__main__":
    main()
