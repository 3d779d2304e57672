"""The one door for audio: hostile files, and faithful ones."""

import os
import resource
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.adapters import audio_files
from grym.adapters.audio_files import inspect, read_signal, write_wav
from grym.domain.signal import Signal
from grym.errors import AdapterError, InvalidAudioError

RATE_HZ = 44_100


def tone(*, seconds: float = 1.0, channels: int = 2, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Return a sine of 440 Hz at half scale, shape (samples, channels)."""
    times_s = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.repeat(0.5 * np.sin(2 * np.pi * 440.0 * times_s)[:, None], channels, axis=1)


def write(path: Path, samples: np.ndarray, *, rate_hz: int = RATE_HZ, subtype: str | None = None) -> Path:
    """Write samples in the format of the file name."""
    soundfile.write(path, samples, rate_hz, subtype=subtype)
    return path


def patched(path: Path, at: int, field: bytes) -> Path:
    """Overwrite a field of the header."""
    content = bytearray(path.read_bytes())
    content[at : at + len(field)] = field
    path.write_bytes(content)
    return path


def cut(path: Path, share: float) -> Path:
    """Keep the first share of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def fifo(path: Path) -> Path:
    """Make a named pipe nobody writes to."""
    os.mkfifo(path)
    return path


def with_nan(path: Path) -> Path:
    """Write one second of floats, one of which is not a number."""
    samples = tone()
    samples[20_000, 1] = np.nan
    return write(path, samples, subtype="FLOAT")


def empty(path: Path) -> Path:
    """Make a file without a byte."""
    path.touch()
    return path


def text(path: Path) -> Path:
    """Make a file of words."""
    path.write_text("this is not sound\n" * 500)
    return path


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "no.wav", "audio.not_found"),
    "folder": (lambda folder: folder, "audio.is_folder"),
    "pipe": (lambda folder: fifo(folder / "pipe.wav"), "audio.not_a_file"),
    "device": (lambda _: Path("/dev/zero"), "audio.not_a_file"),
    "null byte in the name": (lambda folder: folder / "a\0b.wav", "audio.unreadable"),
    "name too long": (lambda folder: folder / ("x" * 5_000), "audio.unreadable"),
    "empty": (lambda folder: empty(folder / "e.wav"), "audio.empty"),
    "text": (lambda folder: text(folder / "t.wav"), "audio.not_audio"),
    "picture header": (lambda folder: patched(text(folder / "p.wav"), 0, b"\x89PNG\r\n"), "audio.not_audio"),
    "truncated wav": (lambda folder: cut(write(folder / "c.wav", tone()), 0.5), "audio.truncated"),
    "truncated aiff": (lambda folder: cut(write(folder / "c.aiff", tone()), 0.5), "audio.truncated"),
    "truncated flac": (lambda folder: cut(write(folder / "c.flac", tone(seconds=9)), 0.6), "audio.truncated"),
    "truncated ogg": (lambda folder: cut(write(folder / "c.ogg", tone(seconds=9)), 0.6), "audio.truncated"),
    "truncated mp3": (lambda folder: cut(write(folder / "c.mp3", tone(seconds=9)), 0.6), "audio.truncated"),
    "no samples": (lambda folder: write(folder / "z.wav", tone()[:0]), "audio.too_short"),
    "not a number": (lambda folder: with_nan(folder / "n.wav"), "audio.not_finite"),
    "infinite": (
        lambda folder: write(folder / "i.wav", np.full((1_000, 1), np.inf), subtype="FLOAT"),
        "audio.not_finite",
    ),
    "nine channels": (lambda folder: write(folder / "9.wav", tone(channels=9)), "audio.channels"),
    "65535 channels": (
        lambda folder: patched(write(folder / "m.wav", tone()), 22, struct.pack("<H", 65_535)),
        "audio.not_audio",
    ),
    "rate zero": (lambda folder: patched(write(folder / "r.wav", tone()), 24, struct.pack("<I", 0)), "audio.not_audio"),
    "rate of 4 GHz": (
        lambda folder: patched(write(folder / "r.wav", tone()), 24, struct.pack("<I", 4_000_000_000)),
        "audio.",
    ),
    "slow": (lambda folder: write(folder / "s.wav", tone(rate_hz=4_000), rate_hz=4_000), "audio.sample_rate"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_a_code_and_a_hint(name: str, tmp_path: Path) -> None:
    """Each kind of bad file has its code, a remedy, and no exception of a library."""
    make, code = HOSTILE[name]
    with pytest.raises(InvalidAudioError) as raised:
        read_signal(make(tmp_path))
    assert raised.value.code.startswith(code)
    assert raised.value.hint


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """Without permission to read there is a typed refusal (root may read everything)."""
    path = write(tmp_path / "secret.wav", tone())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(InvalidAudioError) as raised:
        inspect(path)
    assert raised.value.code == "audio.unreadable"


def test_a_pipe_is_refused_at_once_even_with_a_writer(tmp_path: Path) -> None:
    """Neither a pipe without a writer nor one with a slow writer makes the door wait."""
    path = fifo(tmp_path / "pipe.wav")
    opened = threading.Event()

    def writer() -> None:
        opened.set()
        descriptor = os.open(path, os.O_RDWR)
        os.close(descriptor)

    thread = threading.Thread(target=writer)
    thread.start()
    opened.wait(5.0)
    with pytest.raises(InvalidAudioError):
        inspect(path)
    thread.join(5.0)
    assert not thread.is_alive()


def test_an_hour_is_refused_from_its_header_alone(tmp_path: Path) -> None:
    """A small FLAC of an hour is refused without decoding: memory grows by less than 100 MB."""
    path = tmp_path / "hour.flac"
    with soundfile.SoundFile(path, "w", 44_100, 1) as sound:
        for _ in range(60):
            sound.write(np.zeros(60 * 44_100, dtype=np.int16))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for door in (inspect, read_signal):
        with pytest.raises(InvalidAudioError) as raised:
            door(path)
        assert raised.value.code == "audio.too_long"
        assert "--max-seconds" in raised.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_the_limit_can_be_raised(tmp_path: Path) -> None:
    """Two seconds pass a limit of two, not one of one."""
    path = write(tmp_path / "two.wav", tone(seconds=2.0))
    assert inspect(path, max_seconds=2.0).duration_s == 2.0
    with pytest.raises(InvalidAudioError):
        inspect(path, max_seconds=1.0)


def test_a_length_that_lies_is_not_exceeded(tmp_path: Path) -> None:
    """Of an MP3 of 30 s whose header says 100 frames (2.6 s) no more than those are decoded."""
    path = write(tmp_path / "long.mp3", tone(seconds=30.0))
    at = max(path.read_bytes().find(tag) for tag in (b"Xing", b"Info"))
    patched(path, at + 8, struct.pack(">I", 100))
    assert read_signal(path, max_seconds=10.0).duration_s < 3.0


def test_too_many_bytes_are_refused(tmp_path: Path) -> None:
    """A sparse file beyond the cap on bytes is refused before its header is read."""
    path = write(tmp_path / "big.wav", tone())
    with path.open("r+b") as file:
        file.truncate(audio_files.MAX_BYTES + 1)
    with pytest.raises(InvalidAudioError) as raised:
        inspect(path)
    assert raised.value.code == "audio.too_large"


@pytest.mark.parametrize(
    ("name", "format_name", "encoding"),
    [
        ("a.wav", "WAV", "PCM_16"),
        ("a.flac", "FLAC", "PCM_16"),
        ("a.aiff", "AIFF", "PCM_16"),
        ("a.ogg", "OGG", "VORBIS"),
        ("a.mp3", "MP3", "MPEG_LAYER_III"),
    ],
)
def test_good_files_are_described_and_decoded(name: str, format_name: str, encoding: str, tmp_path: Path) -> None:
    """Facts and samples of each format are those that were written."""
    path = write(tmp_path / name, tone(seconds=2.0))
    info, signal = inspect(path), read_signal(path)
    assert (info.format_name, info.encoding) == (format_name, encoding)
    assert (info.channels, info.sample_rate_hz, info.length_samples) == (2, RATE_HZ, 2 * RATE_HZ)
    assert signal.samples.shape == (2, 2 * RATE_HZ)
    middle = slice(RATE_HZ // 2, RATE_HZ)
    assert float(np.abs(signal.samples[0, middle] - tone(seconds=2.0)[middle, 0]).max()) < 0.02


def ogg_checksum(page: bytes) -> int:
    """Return the checksum of an Ogg page whose own field is zero (RFC 3533, section 6)."""
    rest = 0
    for byte in page:
        rest ^= byte << 24
        for _ in range(8):
            rest = ((rest << 1) ^ 0x04C11DB7 if rest & 0x8000_0000 else rest << 1) & 0xFFFF_FFFF
    return rest


def declaring_more(path: Path, samples: int) -> Path:
    """Let the last page of an Ogg file claim an end so many samples later."""
    content = path.read_bytes()
    at = content.rindex(b"OggS")
    page = bytearray(content[at:])
    position = struct.unpack_from("<q", page, 6)[0]
    struct.pack_into("<q", page, 6, position + samples)
    struct.pack_into("<I", page, 22, 0)
    struct.pack_into("<I", page, 22, ogg_checksum(bytes(page)))
    path.write_bytes(content[:at] + bytes(page))
    return path


def test_an_end_within_the_last_block_of_vorbis_is_no_truncation(tmp_path: Path) -> None:
    """Encoders in use declare some hundred samples more than a decoder returns; a second more is missing sound."""
    path = write(tmp_path / "a.ogg", tone(seconds=2.0))
    whole = read_signal(path).length_samples
    assert inspect(declaring_more(path, 5_000)).length_samples == whole + 5_000
    assert whole <= read_signal(path).length_samples < whole + 5_000
    with pytest.raises(InvalidAudioError) as caught:
        read_signal(declaring_more(path, RATE_HZ))
    assert caught.value.code == "audio.truncated"


def test_one_sample_is_sound(tmp_path: Path) -> None:
    """The door lets one sample pass; what is too short to analyse is not its business."""
    assert read_signal(write(tmp_path / "one.wav", tone()[:1])).length_samples == 1


def test_resampling_keeps_pitch_and_level(tmp_path: Path) -> None:
    """48 kHz becomes 44.1 kHz with the same tone at the same level."""
    path = write(tmp_path / "48.wav", tone(rate_hz=48_000), rate_hz=48_000)
    signal = read_signal(path, sample_rate_hz=RATE_HZ)
    assert signal.sample_rate_hz == RATE_HZ
    middle = slice(10_000, 30_000)
    assert float(np.abs(signal.samples[0, middle] - tone()[middle, 0]).max()) < 1e-3


def test_written_files_are_24_bit_and_clipped_at_full_scale(tmp_path: Path) -> None:
    """A sample beyond full scale is clipped, never wrapped."""
    samples = np.array([[0.25, 1.5, -1.5]], dtype=np.float32)
    write_wav(Signal(samples=samples, sample_rate_hz=RATE_HZ), tmp_path / "out.wav")
    info, signal = inspect(tmp_path / "out.wav"), read_signal(tmp_path / "out.wav")
    assert info.encoding == "PCM_24"
    assert signal.samples[0] == pytest.approx([0.25, 1.0, -1.0], abs=1e-6)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """A missing folder is a typed error; a target that cannot be replaced leaves no temporary file."""
    signal = Signal(samples=np.zeros((1, 10), dtype=np.float32), sample_rate_hz=RATE_HZ)
    with pytest.raises(AdapterError) as raised:
        write_wav(signal, tmp_path / "nowhere" / "out.wav")
    assert raised.value.code == "audio.write_failed"
    (tmp_path / "taken.wav").mkdir()
    with pytest.raises(AdapterError):
        write_wav(signal, tmp_path / "taken.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.wav"]
