"""Making a piece from a source, in worker processes: the counterpart of `streams.generation.piece.write`."""

from dataclasses import replace

from grym.domain.composing.checks import score_checks
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.motif import motifs_of
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.quoting import quotations
from grym.domain.composing.reworking.making import Made, make
from grym.domain.composing.reworking.source import Rework, SourceFacts
from grym.domain.quality.check import Check
from grym.ports.sound import Studio
from streams.features.studying import unpack
from streams.generation.piece import KEPT_MOTIFS, Written

_OF_THE_WHOLE = frozenset({"music.length"})
"""What a piece promises whose notes were given: nobody promised that a source keeps the rules of composing."""


def rework(  # noqa: PLR0917 (crosses a process border by position)
    studio: Studio,
    plan: Plan,
    seed: int,
    motifs: tuple[Motif, ...],
    source: bytes,
    wanted: Rework,
    sha256: str,
    facts: SourceFacts | None = None,
) -> Written:
    """Make a piece from a packed source and write it down; runs in a worker process.

    Parameters
    ----------
    facts
        What the plan was made by, as it stands in the log; it counts, not what is packed with the notes.
    """
    given = unpack(source)
    given = given if facts is None else replace(given, facts=facts)
    made = make(given, plan, wanted, seed=seed, motifs=motifs, sha256=sha256)
    musicxml = score_to_musicxml(made.score)
    return Written(
        score=made.score,
        midi=score_to_midi(made.score),
        musicxml=musicxml,
        pages=tuple(studio.engrave(musicxml)),
        checks=_checks(made, plan, wanted),
        motifs=motifs_of(made.fresh, limit=KEPT_MOTIFS),
        uses=quotations(made.score, motifs),
        taken=made.taken,
    )


def _checks(made: Made, plan: Plan, wanted: Rework) -> tuple[Check, ...]:
    found = score_checks(made.score, plan)
    return found if wanted.verb == "reference" else tuple(check for check in found if check.name in _OF_THE_WHOLE)
