"""The studio: a score is rendered by the best means at hand, mastered, and written as WAV with its stems.

``auto`` takes the SoundFont where library and SoundFont are there and the built-in synthesiser otherwise, and says so
under ``fallback``; a backend asked for by name is never replaced. Runs inside a worker process, so it is picklable
and loads a SoundFont once per process.

Sound is on reels in the folder it is written to, and every stage goes over it block by block: ten minutes of six parts
need as much memory as one, and a stop is noticed within a second.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grym.adapters.engraving import engrave
from grym.adapters.reel_files import reels_in
from grym.adapters.wav_writing import wav_writer
from grym.domain.composing.score import Score
from grym.domain.finishing import Finish, find_finish
from grym.domain.looping import gone_round
from grym.domain.metering import reel_loudness_lufs
from grym.domain.mixdown import mix_down
from grym.domain.mixing import moved, placed
from grym.domain.reels import Progress, Reel, Reels, blocks_of, nobody_asks, part_of
from grym.errors import InvalidRequestError, InvariantError, PermanentError, UnavailableError
from grym.ports.sound import AS_IT_IS, Recorded, Settings, SpooledScore, SpoolingRenderer

AUTO_ORDER = ("soundfont", "synth")

NOT_INSTALLED = frozenset({"soundfont.missing", "soundfont.unreadable", "fluidsynth.missing"})
"""What a renderer lacks until somebody installs it: waiting does not help, as it does with an outage."""

RENDERED, BALANCED, MIXED, FINISHED = 0.35, 0.5, 0.75, 0.9
"""Shares of a performance, by the processor seconds each took for ten minutes of six parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStudio:
    """Performs scores.

    Parameters
    ----------
    renderers
        By backend name: ``soundfont``, ``synth``, and those of plugins.
    broken
        By backend name, why a plugin's renderer cannot be had.
    """

    renderers: Mapping[str, SpoolingRenderer]
    broken: Mapping[str, str] = field(default_factory=dict)

    def record(
        self,
        score: Score,
        *,
        backend: str,
        seed: int,
        folder: Path,
        settings: Settings = AS_IT_IS,
        progress: Progress = nobody_asks,
    ) -> Recorded:
        """Render, balance, master and write the mix and every stem as WAV (see `grym.ports.sound.Studio`)."""
        clock = _Clock()
        with reels_in(folder) as reels:
            spooled = self._spooled(
                score, backend=backend, seed=seed, reels=reels, progress=part_of(progress, 0.0, RENDERED)
            )
            clock.stage("render")
            mine = settings.get(spooled.backend, {})
            mix = _mixed(score, spooled, reels, mine, part_of(progress, RENDERED, MIXED))
            if score.loop:
                mix, spooled = _going_round(score, spooled, mix, reels)
            rate_hz = spooled.sample_rate_hz
            finish = find_finish(mix, sample_rate_hz=rate_hz, progress=part_of(progress, MIXED, FINISHED))
            clock.stage("master")
            files = _write_all(mix, spooled, finish, folder, part_of(progress, FINISHED, 1.0))
            clock.stage("write")
        return Recorded(
            mix=files[0],
            stems=tuple(zip((name for name, _ in spooled.stems), files[1:], strict=True)),
            backend=spooled.backend,
            sample_rate_hz=spooled.sample_rate_hz,
            length_samples=mix.length_samples,
            provenance=dict(spooled.provenance),
            timings_s=clock.stages_s | {"cpu": clock.cpu_s},
            settings=dict(mine),
        )

    def engrave(self, musicxml: str) -> list[str]:
        """Return one SVG document per page."""
        return engrave(musicxml)

    def _spooled(self, score: Score, *, backend: str, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        if backend != "auto":
            return self._by_name(score, backend=backend, seed=seed, reels=reels, progress=progress)
        reasons: list[str] = []
        for name in AUTO_ORDER:
            try:
                spooled = self._renderer(name).spool(score, seed=seed, reels=reels, progress=progress)
            except UnavailableError as error:
                reasons.append(f"{name}: {error.message}")
                continue
            fallback = {"fallback": "; ".join(reasons)} if reasons else {}
            return replace(spooled, provenance={**spooled.provenance, **fallback})
        raise InvariantError(f"no renderer could be had: {'; '.join(reasons)}", code="studio.empty")

    def _by_name(self, score: Score, *, backend: str, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Render by the backend that was asked for, and refuse for good where it is not installed here."""
        try:
            return self._renderer(backend).spool(score, seed=seed, reels=reels, progress=progress)
        except UnavailableError as error:
            if error.code not in NOT_INSTALLED:
                raise
            raise InvalidRequestError(
                f"the backend {backend!r} cannot play here: {error.message}",
                code=error.code,
                hint=f"{error.hint} Or ask for --backend auto, which plays with what is here.",
            ) from error

    def _renderer(self, backend: str) -> SpoolingRenderer:
        if backend in self.broken:
            # No outage: waiting would not mend it.
            raise PermanentError(
                f"the renderer {backend!r} cannot be had: {self.broken[backend]}",
                code="renderer.broken",
                hint="Mend or remove the package that brings it; grym doctor names it.",
            )
        if backend not in self.renderers:
            # Nor here: a wish for it is impossible until somebody installs it.
            raise InvalidRequestError(
                f"the backend {backend!r} is not here",
                code="backend.unavailable",
                hint=f"Choose one of: auto, score, {', '.join(sorted(self.renderers))}.",
            )
        return self.renderers[backend]


class _Clock:
    """How long each stage took, wall seconds, and what all of them cost."""

    def __init__(self) -> None:
        self.stages_s: dict[str, float] = {}
        self._since_s = time.perf_counter()
        self._cpu_s = time.process_time()

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time since the beginning; a worker process does one thing at a time."""
        return time.process_time() - self._cpu_s

    def stage(self, name: str) -> None:
        """End a stage."""
        now_s = time.perf_counter()
        self.stages_s[name], self._since_s = now_s - self._since_s, now_s


def _mixed(
    score: Score, spooled: SpooledScore, reels: Reels, settings: Mapping[str, float], progress: Progress
) -> Reel:
    """Balance the stems, mix them down in place, and return the mix."""
    stems = [reel for _, reel in spooled.stems]
    if len({stem.length_samples for stem in stems}) != 1:
        raise InvariantError("stems must exist and agree in length", code="master.stems")
    balanced = (BALANCED - RENDERED) / (MIXED - RENDERED)
    loudness = _loudness_lufs(stems, spooled.sample_rate_hz, part_of(progress, 0.0, balanced))
    mix = reels(stems[0].length_samples)
    mix_down(
        stems,
        mix,
        faders=moved(placed(score.parts, loudness), score.parts, settings),
        sample_rate_hz=spooled.sample_rate_hz,
        progress=part_of(progress, balanced, 1.0),
    )
    return mix


def _going_round(score: Score, spooled: SpooledScore, mix: Reel, reels: Reels) -> tuple[Reel, SpooledScore]:
    """Return mix and stems of a loop, exactly as long as its bars."""
    length = round(score.duration_s * spooled.sample_rate_hz)
    stems = tuple((name, gone_round(stem, length, reels)) for name, stem in spooled.stems)
    return gone_round(mix, length, reels), replace(spooled, stems=stems)


def _loudness_lufs(stems: Sequence[Reel], sample_rate_hz: int, progress: Progress) -> list[float | None]:
    return [
        reel_loudness_lufs(
            stem,
            sample_rate_hz=sample_rate_hz,
            progress=part_of(progress, number / len(stems), (number + 1) / len(stems)),
        )
        for number, stem in enumerate(stems)
    ]


def _write_all(mix: Reel, spooled: SpooledScore, finish: Finish, folder: Path, progress: Progress) -> list[Path]:
    """Write the finished mix and stems; return their paths, the mix first."""
    reels = [mix, *(reel for _, reel in spooled.stems)]
    paths = [folder / "mix.wav", *(folder / f"stem-{number}.wav" for number in range(len(spooled.stems)))]
    for number, (reel, path) in enumerate(zip(reels, paths, strict=True)):
        with wav_writer(path, sample_rate_hz=spooled.sample_rate_hz) as writer:
            for start, end in blocks_of(reel.length_samples):
                writer.write(finish.of(reel.read(start, end), start=start))
                progress((number + end / reel.length_samples) / len(reels))
    return paths
