"""The loop: survey every stage, apply what is needed, survey again, keep the better; at most three rounds.

A stage whose repair does not lessen its own fault, or takes music away, is undone and not tried again. What no stage
finds fault with is left alone to the last bit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grym.domain.enhancing import STAGES, stages_used
from grym.domain.enhancing.judging import MOST_FOLLOWING, following
from grym.domain.enhancing.levelling import headroom_for
from grym.domain.enhancing.report import Measures, Outcome, Report, Step
from grym.domain.enhancing.sound import Clean, Repair, Sound, Spare, Survey, apply_to
from grym.domain.enhancing.stages import FAULTS, ONCE, REMOVING, SURVEYS
from grym.domain.metering import LoudnessMeter, PeakMeter
from grym.domain.reels import Progress, Reel, blocks_of

MOST_ROUNDS = 3
LEAST_GAIN = 0.1
"""By how much of itself a fault must shrink, so that a repair is worth having been made."""
SURVEYED, ROUND, MOST_TOLD = 0.3, 0.2, 0.95
"""Shares of the whole, as it is told: the first look at everything, one round of repairs, and all but the end."""

Tell = Callable[[str, float], None]
"""Told which stage is at work and how much of the whole is done, 0–1."""


def nobody_listens(stage: str, share: float) -> None:
    """Take how far it is and tell nobody."""
    del stage, share


@dataclass(slots=True)
class Bench:
    """A sound in repair, what its surveys said, and the two spare reels that repairs are written to in turns."""

    sound: Sound
    spare: Spare
    surveys: Mapping[str, Survey]
    tell: Tell
    done: float = 0.0
    _said: dict[str, Repair | Clean] = field(default_factory=dict)
    _free: list[Reel] = field(default_factory=list)
    _original: Reel | None = None

    def survey(self, stage: str) -> Repair | Clean:
        """Return what a stage says of the sound as it is now."""
        if stage not in self._said:
            self.tell(f"measuring: {stage}", self.done)
            self._said[stage] = self.surveys[stage](self.sound, self.ticking(f"measuring: {stage}"))
        return self._said[stage]

    def tried(self, stage: str, repair: Repair) -> Sound:
        """Return the sound with a repair, on a reel that is free."""
        self.tell(stage, self.done)
        target = self._free.pop() if self._free else self._another()
        apply_to(self.sound, repair, target, progress=self.ticking(stage))
        return Sound(reel=target, channels=self.sound.channels, sample_rate_hz=self.sound.sample_rate_hz)

    def keep(self, trial: Sound, said: dict[str, Repair | Clean] | None = None) -> None:
        """Go on with a trial; what surveys said of it already is not asked again."""
        if self._original is not None and self.sound.reel is not self._original:
            self._free.append(self.sound.reel)
        self.sound, self._said = trial, said or {}

    def drop(self, trial: Sound) -> None:
        """Forget a trial."""
        self._free.append(trial.reel)

    def _another(self) -> Reel:
        if self._original is None:
            self._original = self.sound.reel
        return self.spare()

    def ticking(self, stage: str) -> Progress:
        """Return what tells between blocks that a stage is at work; how far it is within itself is not told."""

        def tick(share: float) -> None:
            del share
            self.tell(stage, self.done)

        return tick


def enhance_sound(
    sound: Sound,
    spare: Spare,
    *,
    stages: Sequence[str] = (),
    dry_run: bool = False,
    tell: Tell = nobody_listens,
    surveys: Mapping[str, Survey] = SURVEYS,
) -> tuple[Sound, Report]:
    """Repair a sound.

    Parameters
    ----------
    sound
        Only read.
    spare
        Makes further reels of its length and channels; three at most are in use at once.
    stages
        Those that may be used; all that need not be asked for where none is named.
    dry_run
        Only look.
    tell
        Told how far it is; what it raises passes through.

    Returns
    -------
    tuple
        The better sound, which is the given one where nothing was kept, and what was done.
    """
    bench = Bench(sound, spare, surveys, tell)
    wanted = [stage for stage in stages_used(stages) if stage in surveys]
    for number, stage in enumerate(wanted):
        bench.done = SURVEYED * number / len(wanted)
        bench.survey(stage)
    before = measures(bench, wanted)
    steps = _looked(bench, wanted) if dry_run else [*_rounds(bench, wanted), *_fitted(bench, sound)]
    after = before if bench.sound is sound else measures(bench, wanted)
    tell("comparing", 1.0)
    kept: Literal["original", "enhanced"] = "original" if bench.sound is sound else "enhanced"
    return bench.sound, Report(kept=kept, before=before, after=after, steps=tuple(steps))


def measures(bench: Bench, stages: Sequence[str]) -> Measures:
    """Return loudness, peak and every fault of the sound as it is now."""
    sound = bench.sound
    loudness, peak = LoudnessMeter(sound.sample_rate_hz, sides=sound.channels), PeakMeter(sides=sound.channels)
    for start, end in blocks_of(sound.length_samples):
        block = sound.reel.read(start, end)
        loudness.hear(block)
        peak.hear(block)
    found: Measures = {"loudness_lufs": loudness.integrated_lufs(), "true_peak_dbtp": peak.peak_dbtp()}
    for stage in stages:
        found |= numbers(bench.survey(stage).found)
    return found


def numbers(found: Mapping[str, float]) -> dict[str, float]:
    """Return measures as plain numbers, which travel; those of numpy do not."""
    return {name: float(value) for name, value in found.items()}


def _looked(bench: Bench, stages: Sequence[str]) -> list[Step]:
    """Return what would be done."""
    return [_step(stage, bench.survey(stage), number=1, outcome="planned") for stage in stages]


def _rounds(bench: Bench, stages: Sequence[str]) -> list[Step]:
    steps: list[Step] = []
    given_up: set[str] = set()
    for number in range(1, MOST_ROUNDS + 1):
        made = [_made(bench, stage, number=number) for stage in stages if stage not in given_up]
        steps += [step for step in made if number == 1 or step.outcome != "clean"]
        given_up |= {step.stage for step in made if step.outcome == "undone"}
        given_up |= {step.stage for step in made if step.outcome == "kept" and step.stage in ONCE}
        if not any(step.outcome == "kept" for step in made):
            break
    return steps


def _fitted(bench: Bench, original: Sound) -> list[Step]:
    """Lower a repaired sound whose tops stand above full scale, where no file holds them."""
    if bench.sound is original:
        return []
    room = headroom_for(bench.sound)
    if room is None:
        return []
    bench.keep(bench.tried("loudness", room))
    return [Step(stage="loudness", outcome="kept", found=numbers(room.found), why="Lowered so that the new tops fit.")]


def _made(bench: Bench, stage: str, *, number: int) -> Step:
    """Make one repair where it is needed, and keep it where it helped."""
    bench.done = min(MOST_TOLD, SURVEYED + ROUND * number + ROUND * STAGES.index(stage) / len(STAGES))
    repair = bench.survey(stage)
    if isinstance(repair, Clean):
        return _step(stage, repair, number=number, outcome="clean")
    trial = bench.tried(stage, repair)
    again = bench.surveys[stage](trial, bench.ticking(stage))
    why = _objection(stage, bench.sound, trial, repair=repair, again=again)
    if why:
        bench.drop(trial)
        return Step(stage=stage, round=number, outcome="undone", found=numbers(repair.found), why=why)
    bench.keep(trial, {stage: again})
    return _step(stage, repair, number=number, outcome="kept")


def _objection(stage: str, before: Sound, after: Sound, *, repair: Repair, again: Repair | Clean) -> str:
    """Return why a repair is not worth keeping; empty where it is."""
    fault = FAULTS[stage]
    if not isinstance(again, Clean) and fault(again.found) > (1.0 - LEAST_GAIN) * fault(repair.found):
        return "The fault is as large as before."
    if stage in REMOVING and following(before, after) > MOST_FOLLOWING:
        return "What would be removed moves with the music."
    return ""


def _step(stage: str, said: Repair | Clean, *, number: int, outcome: Outcome) -> Step:
    if isinstance(said, Clean):
        return Step(stage=stage, round=number, outcome="clean", found=numbers(said.found), why=said.why)
    return Step(stage=stage, round=number, outcome=outcome, found=numbers(said.found))
