"""FluidSynth, where it is installed; what happens where it is not."""

import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from grym.adapters.fluidsynth import FluidSynthRenderer
from grym.domain.composing.score import Score
from grym.domain.synthesis.performance import perform
from grym.errors import UnavailableError

RATE_HZ = 44_100


@pytest.fixture
def renderer() -> FluidSynthRenderer:
    """Return a renderer, or skip where library or SoundFont is missing."""
    renderer = FluidSynthRenderer()
    try:
        renderer.requirements()
    except UnavailableError as error:
        pytest.skip(error.message)
    return renderer


class MissingLibrary:
    """An import hook that cannot find the binding."""

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        """Refuse the binding as a machine without the shared library does."""
        del path, target
        if name == "fluidsynth":
            raise ImportError("Couldn't find the FluidSynth library.")


@pytest.fixture
def without_library() -> Iterator[None]:
    """Take the binding away for a test."""
    known = sys.modules.pop("fluidsynth", None)
    hook = MissingLibrary()
    sys.meta_path.insert(0, hook)
    yield
    sys.meta_path.remove(hook)
    if known is not None:
        sys.modules["fluidsynth"] = known


def test_stems_are_stereo_equally_long_and_audible(renderer: FluidSynthRenderer, score: Score) -> None:
    """Each part gives a stem of the length of the performance; none is silent, none clips."""
    rendered = renderer.render(score, seed=1)
    length = round(perform(score).duration_s * RATE_HZ)
    assert [name for name, _ in rendered.stems] == ["Piano", "Bass", "Drums"]
    assert {signal.samples.shape for _, signal in rendered.stems} == {(2, length)}
    assert all(0.01 < float(np.abs(signal.samples).max()) < 1.0 for _, signal in rendered.stems)


def test_each_stem_holds_its_own_part_only(renderer: FluidSynthRenderer, score: Score) -> None:
    """A part rendered alone is its stem of the whole: no other part leaks in, 46 dB down or above."""
    whole = renderer.render(score, seed=1).stems[1][1].samples
    alone = renderer.render(replace(score, parts=(score.parts[1],)), seed=1).stems[0][1].samples
    assert np.square(alone - whole).mean() < 10**-4.6 * np.square(whole).mean()


def test_renderings_repeat_exactly(renderer: FluidSynthRenderer, score: Score) -> None:
    """Nothing is left to chance, whatever the seed and however often."""
    first, again = renderer.render(score, seed=1), renderer.render(score, seed=2)
    for (_, one), (_, other) in zip(first.stems, again.stems, strict=True):
        assert np.array_equal(one.samples, other.samples)


def test_notes_start_when_written(renderer: FluidSynthRenderer, score: Score) -> None:
    """Nothing sounds before the first hit, two seconds in, and the hit is there within 5 ms."""
    late = replace(score.parts[2], notes=score.parts[2].notes[4:])
    ((_, signal),) = renderer.render(replace(score, parts=(late,)), seed=1).stems
    loudness = np.abs(signal.samples).max(axis=0)
    onset_s = int(np.argmax(loudness > 0.05 * loudness.max())) / RATE_HZ
    assert not loudness[: 2 * RATE_HZ - 64].any()
    assert onset_s == pytest.approx(2.0, abs=0.005)


def test_pan_and_gain_are_obeyed(renderer: FluidSynthRenderer, score: Score) -> None:
    """Hard left is louder on the left; −6 dB halves."""
    bass = score.parts[1]
    left, centre, soft = (
        renderer.render(replace(score, parts=(part,)), seed=1).stems[0][1].samples
        for part in (replace(bass, pan=-1.0), bass, replace(bass, gain_db=-6.0206))
    )
    assert np.square(left[0]).mean() > 100 * np.square(left[1]).mean()
    assert np.allclose(soft, 0.5 * centre, atol=1e-6)


def test_the_tenth_part_may_be_pitched(renderer: FluidSynthRenderer, score: Score) -> None:
    """MIDI's percussion channel is an ordinary one here, and more than sixteen parts are fine."""
    bass = score.parts[1]
    rendered = renderer.render(replace(score, parts=(bass,) * 18), seed=1)
    assert np.allclose(rendered.stems[9][1].samples, rendered.stems[0][1].samples, atol=1e-6)
    assert np.allclose(rendered.stems[17][1].samples, rendered.stems[0][1].samples, atol=1e-6)


def test_a_key_struck_again_is_not_silenced_by_the_earlier_release(renderer: FluidSynthRenderer, score: Score) -> None:
    """Two overlapping notes of one pitch: the second still sounds after the first one's end."""
    first = replace(score.parts[0].notes[0], duration_ticks=720)
    second = replace(first, start_ticks=480, duration_ticks=1_440)
    part = replace(score.parts[0], notes=(first, second), program=16)
    ((_, signal),) = renderer.render(replace(score, parts=(part,)), seed=1).stems
    assert np.square(signal.samples[:, int(1.2 * RATE_HZ) : int(1.6 * RATE_HZ)]).mean() > 1e-5


def test_a_score_without_parts_has_no_stems(renderer: FluidSynthRenderer, score: Score) -> None:
    """Nothing to play is no error."""
    assert renderer.render(replace(score, parts=()), seed=1).stems == ()


def test_provenance_names_everything(renderer: FluidSynthRenderer, score: Score) -> None:
    """Backend, SoundFont, digest, licence and synthesiser are told."""
    rendered = renderer.render(score, seed=1)
    assert rendered.backend == "soundfont"
    assert rendered.provenance["synthesiser"].startswith("FluidSynth 2.")
    assert len(rendered.provenance["soundfont_sha256"]) == 64
    assert rendered.provenance["soundfont_licence"]


def test_a_renderer_can_be_sent_to_a_worker(renderer: FluidSynthRenderer, score: Score) -> None:
    """After pickling it still plays."""
    again = pickle.loads(pickle.dumps(renderer))
    assert again.render(score, seed=1).backend == "soundfont"


def test_a_broken_soundfont_is_a_typed_error(renderer: FluidSynthRenderer, score: Score, tmp_path: Path) -> None:
    """A file with the right header and nothing behind it cannot be loaded, and says so."""
    del renderer
    path = tmp_path / "broken.sf2"
    path.write_bytes(b"RIFF\x10\x00\x00\x00sfbkLIST\x00\x00\x00\x00")
    with pytest.raises(UnavailableError) as raised:
        FluidSynthRenderer(path).render(score, seed=1)
    assert raised.value.code == "soundfont.unreadable"


@pytest.mark.usefixtures("without_library")
def test_without_the_library_the_hint_is_the_command(score: Score) -> None:
    """A machine without libfluidsynth gets a typed error that names the packages."""
    with pytest.raises(UnavailableError) as raised:
        FluidSynthRenderer().render(score, seed=1)
    assert raised.value.code == "fluidsynth.missing"
    assert "apt-get install --no-install-recommends libfluidsynth3 fluid-soundfont-gm" in raised.value.hint
