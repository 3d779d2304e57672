"""Making a piece in worker processes: plan → score → MIDI, MusicXML and pages → sound.

Plain functions of their arguments, since they cross a process border. Sound is written into the folder given and
not returned: a long piece is larger than a pipe should carry.
"""

from dataclasses import dataclass
from pathlib import Path

from grym.domain.composing.checks import score_checks
from grym.domain.composing.compose import compose
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.motif import motifs_of
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.quoting import Quotation, quotations
from grym.domain.composing.reworking.source import Taken
from grym.domain.composing.score import Score
from grym.domain.quality.check import Check
from grym.ports.sound import AS_IT_IS, Recorded, Settings, Studio

KEPT_MOTIFS = 4  # the ideas a listener would remember of a short piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A composed piece on paper."""

    score: Score
    midi: bytes
    musicxml: str
    pages: tuple[str, ...]
    checks: tuple[Check, ...]
    motifs: tuple[Motif, ...]
    uses: tuple[Quotation, ...]
    taken: Taken | None = None


def write(studio: Studio, plan: Plan, seed: int, motifs: tuple[Motif, ...]) -> Written:
    """Compose a plan and write it down; runs in a worker process."""
    score = compose(plan, seed=seed, motifs=motifs)
    musicxml = score_to_musicxml(score)
    return Written(
        score=score,
        midi=score_to_midi(score),
        musicxml=musicxml,
        pages=tuple(studio.engrave(musicxml)),
        checks=score_checks(score, plan),
        motifs=motifs_of(score, limit=KEPT_MOTIFS),
        uses=quotations(score, motifs),
    )


def record(  # noqa: PLR0917 (a process border passes arguments by position)
    studio: Studio, score: Score, backend: str, seed: int, folder: Path, settings: Settings = AS_IT_IS
) -> Recorded:
    """Perform a score into a folder; runs in a worker process."""
    return studio.record(score, backend=backend, seed=seed, folder=folder, settings=settings)
