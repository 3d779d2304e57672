"""The studio: a score is rendered by the best means at hand, mastered, and written as WAV with its stems.

``auto`` takes the SoundFont where library and SoundFont are there and the built-in synthesiser otherwise, and says so
under ``fallback``; a backend asked for by name is never replaced. Runs inside a worker process, so it is picklable
and loads a SoundFont once per process.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grym.adapters.audio_files import write_wav
from grym.adapters.engraving import engrave
from grym.domain.composing.score import Score
from grym.domain.mastering import master
from grym.domain.mixing import balance
from grym.errors import InvariantError, UnavailableError
from grym.ports.sound import Progress, Recorded, RenderedScore, Renderer

AUTO_ORDER = ("soundfont", "synth")
RENDERED, MASTERED = 0.6, 0.85
"""Shares of a performance, by the seconds each took for 30 s of six parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStudio:
    """Performs scores.

    Parameters
    ----------
    renderers
        By backend name: ``soundfont``, ``synth``.
    """

    renderers: Mapping[str, Renderer]

    def record(
        self, score: Score, *, backend: str, seed: int, folder: Path, progress: Progress = lambda _: None
    ) -> Recorded:
        """Render, balance, master and write the mix and every stem as WAV (see `grym.ports.sound.Studio`)."""
        started = time.perf_counter()
        rendered = self._render(score, backend=backend, seed=seed)
        rendered_at = time.perf_counter()
        progress(RENDERED)
        signals = [signal for _, signal in rendered.stems]
        faders = balance(score.parts, signals)
        mastered = master(signals, gains_db=faders.gains_db, sends_db=faders.sends_db)
        mastered_at = time.perf_counter()
        progress(MASTERED)
        mix = folder / "mix.wav"
        write_wav(mastered.mix, mix)
        stems = []
        for number, ((name, _), signal) in enumerate(zip(rendered.stems, mastered.stems, strict=True)):
            path = folder / f"stem-{number}.wav"
            write_wav(signal, path)
            stems.append((name, path))
        return Recorded(
            mix=mix,
            stems=tuple(stems),
            backend=rendered.backend,
            sample_rate_hz=mastered.mix.sample_rate_hz,
            length_samples=mastered.mix.length_samples,
            provenance=dict(rendered.provenance),
            timings_s={
                "render": rendered_at - started,
                "master": mastered_at - rendered_at,
                "write": time.perf_counter() - mastered_at,
            },
        )

    def engrave(self, musicxml: str) -> list[str]:
        """Return one SVG document per page."""
        return engrave(musicxml)

    def _render(self, score: Score, *, backend: str, seed: int) -> RenderedScore:
        if backend != "auto":
            return self._renderer(backend).render(score, seed=seed)
        reasons: list[str] = []
        for name in AUTO_ORDER:
            try:
                rendered = self._renderer(name).render(score, seed=seed)
            except UnavailableError as error:
                reasons.append(f"{name}: {error.message}")
                continue
            fallback = {"fallback": "; ".join(reasons)} if reasons else {}
            return RenderedScore(
                stems=rendered.stems, backend=rendered.backend, provenance={**rendered.provenance, **fallback}
            )
        raise InvariantError(f"no renderer could be had: {'; '.join(reasons)}", code="studio.empty")

    def _renderer(self, backend: str) -> Renderer:
        if backend not in self.renderers:
            raise UnavailableError(
                f"the backend {backend!r} is not here",
                code="backend.unavailable",
                hint=f"Choose one of: auto, score, {', '.join(sorted(self.renderers))}.",
            )
        return self.renderers[backend]
