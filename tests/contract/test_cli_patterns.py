"""`grym patterns` keeps the contract: learn, recognise, the library, checking, carrying, and refusals."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.contract.cli_world import QUICK, CommandLine

RATE_HZ = 22_050
MATCH_KEYS = {"pattern_id", "name", "confidence", "offset_s", "transposition_semitones", "tempo_ratio", "why"}


def tune(seed: int, *, notes: int = 40) -> np.ndarray:
    """Return a melody of plucked notes, ten seconds long; another one for each seed."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(RATE_HZ // 4) / RATE_HZ
    parts = []
    for _ in range(notes):
        pitch_hz = 220.0 * 2 ** (rng.integers(0, 24) / 12)
        harmonics = sum(np.sin(2 * np.pi * pitch_hz * k * times_s) / k for k in range(1, 6))
        parts.append(0.2 * harmonics * np.exp(-3 * times_s))
    return np.concatenate(parts)


def written(path: Path, samples: np.ndarray) -> str:
    """Write mono sound and return where."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return str(path)


@pytest.fixture(scope="module")
def shelf(grym: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Learn two tunes in a collection of their own, at once; return what was told."""
    folder = tmp_path_factory.mktemp("tunes")
    files = [written(folder / f"tune{seed}.wav", tune(seed)) for seed in (1, 2)]
    words = ("--collection", "shelf", "--tag", "mood=calm", "--tag", "live", "--category", "melodic")
    told: dict[str, Any] = grym("patterns", "learn", *files, *words, "--json").ok().told
    return told


def excerpt(path: Path) -> str:
    """Write five seconds of the first tune, from the third on, with some noise."""
    noise = np.random.default_rng(5).normal(0.0, 0.003, 5 * RATE_HZ)
    return written(path, 0.8 * tune(1)[3 * RATE_HZ : 8 * RATE_HZ] + noise)


def test_what_is_learned_is_named(shelf: dict[str, Any]) -> None:
    """Both are new, called as their files, together and file by file."""
    assert [(one["name"], one["new"]) for one in shelf["learned"]] == [("tune1", True), ("tune2", True)]
    assert [result["learned"] for result in shelf["results"]] == [[one] for one in shelf["learned"]]
    assert len({one["pattern_id"] for one in shelf["learned"]}) == 2


def test_learning_again_is_known(grym: CommandLine, shelf: dict[str, Any], tmp_path: Path) -> None:
    """The same sound under the same name is not new; one file is the object itself."""
    file = written(tmp_path / "tune2.wav", tune(2))
    told = grym("patterns", "learn", file, "--collection", "shelf", "--json").ok().told
    assert told["learned"] == [{**shelf["learned"][1], "new": False}]
    assert told["outcome"] == "completed"


def test_an_excerpt_is_recognised(grym: CommandLine, shelf: dict[str, Any], tmp_path: Path) -> None:
    """With its place and why, and a picture of it."""
    picture = tmp_path / "match.png"
    words = ("--collection", "shelf", "--plot", str(picture), "--json")
    told = grym("patterns", "recognise", excerpt(tmp_path / "part.wav"), *words).ok().told
    assert told["known"] is True
    assert set(told["matches"][0]) >= MATCH_KEYS
    assert told["matches"][0]["pattern_id"] == shelf["learned"][0]["pattern_id"]
    assert told["matches"][0]["offset_s"] == pytest.approx(3.0, abs=0.1)
    assert told["elapsed_ms"] > 0
    assert (told["searched"], told["degraded"]) == (2, [])
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("shelf")
def test_several_sounds_are_results(grym: CommandLine, tmp_path: Path) -> None:
    """A stranger, silence and a sine are not known; each file has an answer of its own."""
    times_s = np.arange(3 * RATE_HZ) / RATE_HZ
    sounds = {
        "stranger": tune(9),
        "silence": np.zeros(3 * RATE_HZ),
        "sine": 0.3 * np.sin(2 * np.pi * 440 * times_s),
        "blip": np.zeros(20),
    }
    files = [written(tmp_path / f"{name}.wav", samples) for name, samples in sounds.items()]
    told = grym("patterns", "recognise", *files, "--collection", "shelf", "--json").ok().told
    assert [result["file"] for result in told["results"]] == files
    assert [(result["known"], result["matches"]) for result in told["results"]] == [(False, [])] * 4


def test_silence_is_not_learned(grym: CommandLine, tmp_path: Path) -> None:
    """The request ends rejected, with its fault."""
    told = grym("patterns", "learn", written(tmp_path / "s.wav", np.zeros(2 * RATE_HZ)), "--json").ok(3).told
    assert (told["outcome"], told["fault"]["code"], told["learned"]) == ("rejected", "pattern.nothing", [])


def test_the_library_is_listed(grym: CommandLine, shelf: dict[str, Any]) -> None:
    """By collection, tag, text and category, sorted, page by page."""
    ids = [one["pattern_id"] for one in shelf["learned"]]

    def listed(*words: str) -> list[str]:
        told = grym("patterns", "ls", "--collection", "shelf", *words, "--json").ok().told
        return [one["pattern_id"] for one in told["patterns"]]

    assert listed("--sort", "name") == ids
    assert listed("--sort", "name", "--limit", "1", "--offset", "1") == ids[1:]
    assert listed("--text", "TUNE1") == ids[:1]
    assert set(listed("--tag", "mood=calm", "--tag", "live", "--category", "melodic")) == set(ids)
    assert listed("--tag", "mood=sad") == listed("--category", "rhythmic") == listed("--kind", "motif") == []
    assert "tune1" in grym("patterns", "ls", "--collection", "shelf").ok().out


def test_one_pattern_is_shown(grym: CommandLine, shelf: dict[str, Any]) -> None:
    """By id, by its beginning, and by name, with what it was learned from."""
    wanted = shelf["learned"][0]["pattern_id"]
    for name in (wanted, wanted[:12], "tune1"):
        told = grym("patterns", "show", name, "--json").ok().told
        assert told["pattern_id"] == wanted
    assert told["tags"] == {"mood": "calm", "live": "yes"}
    assert told["provenance"]["request_id"] == shelf["results"][0]["request_id"]
    assert told["provenance"]["extractor"].startswith("imprint/")
    assert told["relations"] == []
    assert "tune1" in grym("patterns", "show", "tune1").ok().out


def test_a_request_of_memory_is_a_request(grym: CommandLine, shelf: dict[str, Any]) -> None:
    """Its status, its place in the list, and its events in one chain."""
    name = shelf["results"][0]["request_id"]
    status = grym("status", name, "--json").ok().told
    assert (status["kind"], status["state"], status["learned"]) == ("learn", "completed", shelf["learned"][:1])
    assert [step["name"] for step in status["steps"]] == ["imprint", "remember"]
    assert name in {one["request_id"] for one in grym("ls", "--json").ok().told["requests"]}
    events = grym("events", "show", name, "--json").ok().lines
    ids = {event["id"] for event in events}
    assert all(event["causation_id"] in ids for event in events[1:])
    assert "grym.pattern.stored.v1" in {event["type"] for event in events}


def test_memory_is_changed_by_hand(grym: CommandLine, tmp_path: Path) -> None:
    """Corrected, merged, forgotten, and true at once."""
    files = [written(tmp_path / f"hand{seed}.wav", tune(seed)) for seed in (21, 22)]
    one, two = grym("patterns", "learn", *files, "--collection", "hand", "--json").ok().told["learned"]
    told = grym("patterns", "correct", "hand21", "--name", "renamed", "--tag", "x=y", "--json").ok().told
    assert (told["outcome"], told["action"], told["pattern_ids"]) == ("completed", "correct", [one["pattern_id"]])
    assert grym("patterns", "show", "renamed", "--json").ok().told["tags"] == {"x": "y"}
    grym("patterns", "merge", "renamed", "hand22").ok()
    assert grym("patterns", "show", one["pattern_id"], "--json").ok().told["merged_into"] == two["pattern_id"]
    assert grym("patterns", "show", "renamed", "--json").ok().told["pattern_id"] == one["pattern_id"]
    assert grym("patterns", "show", "hand22", "--json").ok().told["count"] == 2
    told = grym("patterns", "recognise", files[0], "--collection", "hand", "--json").ok().told
    assert ([match["name"] for match in told["matches"]], told["searched"]) == (["hand22"], 1)
    grym("patterns", "forget", "hand22", "--reason", "test").ok()
    told = grym("patterns", "recognise", files[1], "--collection", "hand", "--json").ok().told
    assert (told["known"], told["searched"]) == (False, 0)
    assert grym("patterns", "forget", two["pattern_id"], "--json").ok(3).told["fault"]["code"] == "pattern.retired"


def test_memory_as_of_then(grym: CommandLine, shelf: dict[str, Any], tmp_path: Path) -> None:
    """What was not learned yet was not known; later events change nothing about then."""
    first = min(
        grym("patterns", "show", one["pattern_id"], "--json").ok().told["first_seq"] for one in shelf["learned"]
    )
    sound = excerpt(tmp_path / "part.wav")
    words = ("--recognise", sound, "--collection", "shelf", "--json")
    before = grym("patterns", "as-of", str(first - 1), *words).ok().told
    assert (before["as_of"], before["known"], before["searched"]) == (first - 1, False, 0)
    now = grym("patterns", "recognise", sound, "--collection", "shelf", "--json").ok().told
    then = grym("patterns", "as-of", str(now["as_of"]), *words).ok().told
    assert {key: then[key] for key in ("known", "matches", "searched")} == {
        key: now[key] for key in ("known", "matches", "searched")
    }
    assert then["count"] == len(then["patterns"])
    assert grym("patterns", "as-of", "1000000", "--json").ok(2).told["error"]["code"] == "pattern.no_such_event"


@pytest.mark.usefixtures("shelf")
def test_memory_is_checked_and_made_anew(grym: CommandLine) -> None:
    """A check finds nothing wrong before and after everything derived was made anew."""
    for _ in range(2):
        told = grym("patterns", "verify", "--json").ok().told
        assert (told["clean"], told["orphans"], told["missing"]) == (True, [], [])
        assert told["recall_at_10"] == 1.0
        for opinion in told["pgvector"].values():  # where the server has it
            assert opinion["asked"] == opinion["agreed"]
        rebuilt = grym("patterns", "rebuild", "--json").ok().told
        assert rebuilt["events"] == told["events"]
        assert rebuilt["patterns"] == told["patterns"]
    assert "clean" in grym("patterns", "verify").ok().out


def test_patterns_are_carried_elsewhere(grym: CommandLine, shelf: dict[str, Any], tmp_path: Path) -> None:
    """An export into another collection is recognised there; a second import is no news, half a file none at all."""
    file = tmp_path / "shelf.patterns"
    told = grym("patterns", "export", str(file), "--collection", "shelf", "--json").ok().told
    assert (told["patterns"], told["size_bytes"]) == (len(shelf["learned"]), file.stat().st_size)
    assert grym("patterns", "export", str(file), "--json").ok(2).told["error"]["code"] == "export.exists"
    grym("patterns", "export", str(file), "--collection", "shelf", "--force").ok()
    assert grym("patterns", "import", str(file), "--json").ok().told["new"] == []
    into = ("--collection", "elsewhere", "--json")
    assert len(grym("patterns", "import", str(file), *into).ok().told["new"]) == 2
    assert grym("patterns", "import", str(file), *into).ok().told["known"] == 2
    found = grym("patterns", "recognise", excerpt(tmp_path / "part.wav"), *into).ok().told
    assert found["matches"][0]["name"] == "tune1"
    half = tmp_path / "half.patterns"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert grym("patterns", "import", str(half), "--json").ok(2).told["error"]["code"] == "archive.unreadable"


def test_a_piece_builds_on_a_pattern(grym: CommandLine, tmp_path: Path) -> None:
    """By name; the result says where it sounds, and using it counts."""
    words = ("compose", "a slow waltz in F major", *QUICK, "--json", "--out", str(tmp_path / "first"))
    title = grym(*words, "--seed", "5", "--user", "carl").ok().told["plan"]["title"]
    told = grym("patterns", "ls", "--text", title, "--kind", "motif", "--json").ok().told["patterns"]
    motif = told[-1]
    second = ("compose", "a slow waltz in C major", "--seconds", "12", "--backend", "score", "--json")
    made = grym(*second, "--pattern", motif["name"], "--out", str(tmp_path / "second")).ok().told
    [lent] = made["patterns"]
    assert (lent["pattern_id"], lent["name"], lent["why"]) == (motif["pattern_id"], motif["name"], "asked for")
    assert lent["uses"]
    assert {"part", "start_s", "end_s", "transposition_semitones", "form"} <= set(lent["uses"][0])
    assert grym("patterns", "show", motif["pattern_id"], "--json").ok().told["count"] > motif["count"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nobody"), "pattern.unknown"),
        (("forget", "nobody"), "pattern.unknown"),
        (("ls", "--kind", "tune"), "request.kind"),
        (("ls", "--sort", "size"), "request.sort"),
        (("learn", "a.wav", "b.wav", "--name", "x"), "request.name"),
        (("learn", "missing.wav"), "audio.not_found"),
        (("learn", "missing.wav", "--tag", "=x"), "request.tags"),
        (("recognise", "missing.wav"), "audio.not_found"),
        (("import", "missing.patterns"), "import.unreadable"),
        (("export", "/no/such/folder/file"), "export.unwritable"),
    ],
)
def test_wrong_calls_are_refused(grym: CommandLine, words: tuple[str, ...], code: str) -> None:
    """With exit code 2 and what to do."""
    error = grym("patterns", *words, "--json").ok(2).told["error"]
    assert error["code"] == code
    assert error["hint"]


def test_bounds_are_refused_before_anything_is_published(grym: CommandLine, tmp_path: Path) -> None:
    """A hundred matches are the most, and a name has its length."""
    file = written(tmp_path / "t.wav", tune(3))
    for words, code in (
        (("recognise", file, "--top", "101"), "request.top"),
        (("recognise", file, "--plot", str(tmp_path)), "request.plot"),
        (("learn", file, "--name", "x" * 201), "request.name"),
        (("learn", file, "--collection", ""), "request.collection"),
    ):
        assert grym("patterns", *words, "--json").ok(2).told["error"]["code"] == code
