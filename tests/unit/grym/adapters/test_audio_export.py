"""Sound in other formats, decoded again."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.adapters.audio_export import FORMATS, Facts, export
from grym.errors import AdapterError, InvalidRequestError

RATE_HZ = 44_100
SECONDS = 3
FACTS = Facts(
    title="Nachtstück",
    artist="grym",
    software="grym 1",
    date="2026-11-21",
    rights="MIT",
    comment="seed: 7",
    reference="r",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of 24 bits: a fifth that swells and dies away, the upper note on the right."""
    times_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    swell = np.sin(np.pi * times_s / SECONDS) ** 2
    samples = np.stack([0.4 * swell * np.sin(2 * np.pi * hertz * times_s) for hertz in (220.0, 330.0)])
    path = tmp_path_factory.mktemp("export") / "source.wav"
    soundfile.write(path, samples.T, RATE_HZ, subtype="PCM_24")
    return path


@pytest.mark.parametrize("rate_hz", [None, 44_100, 48_000])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_decodes_to_the_same_sound(source: Path, tmp_path: Path, name: str, rate_hz: int | None) -> None:
    """Length, rate, level and pitches of both sides survive; what is lossless at its own rate is equal to the bit."""
    if name == "opus" and rate_hz == 44_100:
        pytest.skip("Opus has 48 kHz only")
    exported = export(source, tmp_path / "a", format_name=name, sample_rate_hz=rate_hz, facts=FACTS)
    samples, found_hz = soundfile.read(exported.path)
    original, _ = soundfile.read(source)
    assert found_hz == exported.sample_rate_hz == (rate_hz or (48_000 if name == "opus" else RATE_HZ))
    assert len(samples) == pytest.approx(SECONDS * found_hz, abs=2)
    for side, hertz in enumerate((220.0, 330.0)):
        spectrum = np.abs(np.fft.rfft(samples[:, side]))
        assert np.argmax(spectrum) * found_hz / len(samples) == pytest.approx(hertz, abs=0.5)
        assert samples[:, side].std() == pytest.approx(original[:, side].std(), rel=0.02)
    if name in {"wav", "flac"} and found_hz == RATE_HZ:
        assert np.array_equal(samples, original)


@pytest.mark.parametrize("name", FORMATS)
def test_the_facts_are_inside(source: Path, tmp_path: Path, name: str) -> None:
    """Title and comment are read back from every format."""
    exported = export(source, tmp_path / "a", format_name=name, facts=FACTS)
    with soundfile.SoundFile(exported.path) as file:
        assert (file.title, file.comment) == ("Nachtstück", "seed: 7")


def test_wav_files_carry_a_broadcast_chunk(source: Path, tmp_path: Path) -> None:
    """The chunk follows the samples, tells the loudness in hundredths, and the sizes of the file still add up."""
    exported = export(source, tmp_path / "a.wav", format_name="wav", facts=FACTS)
    content = exported.path.read_bytes()
    assert struct.unpack_from("<I", content, 4)[0] == len(content) - 8
    chunks, at = {}, 12
    while at < len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        chunks[name], at = content[at + 8 : at + 8 + size], at + 8 + size + size % 2
    body = chunks[b"bext"]
    assert len(body) == 602
    assert body[256:288].rstrip(b"\0") == b"grym 1"
    assert struct.unpack_from("<H", body, 346) == (2,)
    assert exported.loudness_lufs is not None
    assert struct.unpack_from("<h", body, 412)[0] == round(100 * exported.loudness_lufs)


@pytest.mark.parametrize(("name", "rate_hz", "code"), [
    ("aiff", None, "export.format"), ("wav", 22_050, "export.sample_rate"), ("opus", 44_100, "export.sample_rate"),
])  # fmt: skip
def test_what_cannot_be_written_is_refused(
    source: Path, tmp_path: Path, name: str, rate_hz: int | None, code: str
) -> None:
    """Unknown formats and rates are named before a file is begun."""
    with pytest.raises(InvalidRequestError) as raised:
        export(source, tmp_path / "a", format_name=name, sample_rate_hz=rate_hz)
    assert raised.value.code == code
    assert not [*tmp_path.iterdir()]


def test_a_stop_keeps_the_earlier_file(source: Path, tmp_path: Path) -> None:
    """What was there stays as it was, and nothing half-written beside it."""
    target = tmp_path / "a.flac"
    target.write_bytes(b"earlier")

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises((InterruptedError, AdapterError)):
        export(source, target, format_name="flac", progress=stop)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.flac", b"earlier")]


def test_a_missing_folder_is_a_typed_error(source: Path, tmp_path: Path) -> None:
    """A place that is not there says so."""
    with pytest.raises(AdapterError) as raised:
        export(source, tmp_path / "none" / "a.wav", format_name="wav")
    assert raised.value.code == "audio.write_failed"
