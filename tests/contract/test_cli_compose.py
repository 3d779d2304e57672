"""`grym compose` keeps the contract: keys, files, repetition, refusals."""

import json
from pathlib import Path

import pytest

from tests.contract.cli_world import QUICK, CommandLine

KEYS = {
    "request_id",
    "outcome",
    "audio",
    "midi",
    "score",
    "stems",
    "plan",
    "seed",
    "backend",
    "sample_rate_hz",
    "duration_s",
    "quality",
    "attempts",
    "parameters",
    "patterns",
    "provenance",
    "timings_s",
}


def test_a_piece_has_every_key_and_its_files(grym: CommandLine) -> None:
    """Sound, MIDI, score, page, stems and plot lie where the result says, beside the result itself."""
    piece = grym.piece
    assert piece.keys() >= KEYS
    assert (piece["outcome"], piece["seed"], piece["backend"]) == ("completed", 7, "synth")
    assert (piece["sample_rate_hz"], piece["plan"]["tempo_bpm"]) == (44_100, 70.0)
    files = [piece["audio"], piece["midi"], piece["score"], piece["plot"], *piece["stems"], *piece["pages"]]
    assert all(Path(name).stat().st_size > 0 for name in files)
    assert Path(piece["midi"]).read_bytes().startswith(b"MThd")
    assert Path(piece["plot"]).read_bytes().startswith(b"\x89PNG")
    assert len({Path(stem).stat().st_size for stem in piece["stems"]}) == 1
    assert json.loads((Path(piece["folder"]) / "piece.json").read_bytes()) == piece


def test_parameters_tell_where_they_come_from(grym: CommandLine) -> None:
    """Each parameter has a value from 0 to 1 and a source."""
    values = grym.piece["parameters"].values()
    assert values
    assert all(0 <= value["value"] <= 1 and value["source"] in {"request", "learned", "default"} for value in values)


def test_checks_have_every_key(grym: CommandLine) -> None:
    """Each check has name, value, requirement, unit, verdict and advice."""
    quality = grym.piece["quality"]
    assert quality["passed"] is True
    assert all(set(check) == {"name", "value", "required", "unit", "passed", "advice"} for check in quality["checks"])


def test_a_repeated_call_is_harmless(grym: CommandLine, tmp_path: Path) -> None:
    """The same call under the same id gives the same piece, made once."""
    call = ("compose", "a merry jig", *QUICK, "--request-id", "jig-1", "--json", "--out")
    first = grym(*call, str(tmp_path / "one")).ok().told
    second = grym(*call, str(tmp_path / "two")).ok().told
    assert first["provenance"] == second["provenance"]
    assert Path(first["midi"]).read_bytes() == Path(second["midi"]).read_bytes()
    assert [row["request_id"] for row in grym("ls", "--json").told["requests"]].count("jig-1") == 1


def test_an_id_stands_for_one_wish(grym: CommandLine) -> None:
    """Another wish under a known id is refused before it is published."""
    grym("compose", "a sad waltz", *QUICK, "--request-id", "waltz-1", "--no-wait", "--json").ok()
    told = grym("compose", "a sad tango", *QUICK, "--request-id", "waltz-1", "--json").ok(2).told
    assert told["error"]["code"] == "request.id_taken"


def test_a_score_has_no_sound(grym: CommandLine, tmp_path: Path) -> None:
    """With `--backend score` audio is null, and the folder can be drawn all the same."""
    out = str(tmp_path / "out")
    piece = grym("compose", "a fugue in C", *QUICK, "--out", out, "--plot", "--json").ok().told
    assert (piece["audio"], piece["stems"], piece["backend"]) == (None, [], "score")
    assert Path(piece["plot"]).exists()


def test_variations_are_results(grym: CommandLine, tmp_path: Path) -> None:
    """Two variations have two seeds, two folders and two pieces; the first is the piece of the seed itself."""
    call = ("compose", "a folk song", *QUICK, "--seed", "3", "--out", str(tmp_path), "--json")
    results = grym(*call, "--variations", "2").ok().told["results"]
    alone = grym(*call).ok().told
    notes = [Path(result["midi"]).read_bytes() for result in results]
    assert [result["outcome"] for result in results] == ["completed", "completed"]
    assert notes[0] == Path(alone["midi"]).read_bytes() != notes[1]
    assert sorted(result["rank"] for result in results) == [1, 2]


def test_variations_are_told_as_each_is_ready(grym: CommandLine, tmp_path: Path) -> None:
    """A row for each on standard error before the answer, and a ranking at its end."""
    told = grym("compose", "a folk song", *QUICK, "--out", str(tmp_path), "--variations", "3").ok()
    rows = [line for line in told.err.splitlines() if " ready: " in line]
    assert len(rows) == 3
    assert all(str(tmp_path / f"variation-{number}") in " ".join(rows) for number in (1, 2, 3))
    assert "rank" in told.out


def test_without_waiting_the_outcome_is_pending(grym: CommandLine) -> None:
    """`--no-wait` returns at once with every key, and is no failure."""
    told = grym("compose", "a march", *QUICK, "--no-wait", "--json").ok().told
    assert told.keys() >= KEYS
    assert (told["outcome"], told["audio"]) == ("pending", None)


def test_giving_up_is_exit_five(grym: CommandLine) -> None:
    """After `--timeout-s` the outcome is pending and the request goes on."""
    told = grym("compose", "a long symphony", *QUICK, "--timeout-s", "0", "--json").ok(5).told
    assert told["outcome"] == "pending"
    assert grym("status", told["request_id"], "--json").ok().told["state"] in {"accepted", "running"}


def test_a_deadline_that_passes_is_exit_three(grym: CommandLine) -> None:
    """Ten minutes of synthesised music take far longer than half a second: cancelled, with the reason."""
    call = ("compose", "a long rock song", "--seconds", "600", "--backend", "synth", "--deadline-s", "0.5", "--json")
    told = grym(*call).ok(3).told
    assert (told["outcome"], told["reason"], told["audio"]) == ("cancelled", "deadline", None)


def test_the_prompt_may_come_from_standard_input(grym: CommandLine, tmp_path: Path) -> None:
    """A dash reads the sentence from standard input."""
    call = ("compose", "-", *QUICK, "--out", str(tmp_path), "--json")
    assert grym(*call, stdin="a calm nocturne in G major").ok().told["plan"]["tonality"] == {
        "tonic": 7,
        "mode": "major",
    }


@pytest.mark.parametrize(
    "words",
    [
        ("",),
        ("a waltz", "--seconds", "0"),
        ("a waltz", "--seconds", "-1"),
        ("a waltz", "--seconds", "1e308"),
        ("a waltz", "--seconds", "nan"),
        ("a waltz", "--seconds", "soon"),
        ("a waltz", "--bpm", "-5"),
        ("a waltz", "--key", "H sharp lydianish"),
        ("a waltz", "--metre", "13"),
        ("a waltz", "--seed", "-1"),
        ("a waltz", "--variations", "0"),
        ("a waltz", "--backend", "kazoo"),
        ("a waltz", "--backend", "musicgen"),
        ("a waltz", "--reference", "x.wav"),
        ("a waltz", "--deadline-s", "0"),
        ("a waltz", "--timeout-s", "nan"),
        ("a waltz", "--request-id", "x" * 600),
        ("a waltz", "--request-id", "line\nbreak"),
        ("a waltz", "--user", ""),
        ("a waltz", "--nonsense"),
        (),
    ],
    ids=lambda words: " ".join(words)[:40] or "nothing",
)
def test_bad_wishes_are_refused(grym: CommandLine, words: tuple[str, ...]) -> None:
    """Exit 2, one typed error with a hint, no traceback, nothing published."""
    before = grym("ls", "--json").told["requests"]
    answer = grym("compose", *words, "--json").ok(2)
    error = answer.told["error"]
    assert set(error) == {"code", "message", "hint", "details"}
    assert error["code"]
    assert error["message"]
    assert error["hint"]
    assert "Traceback" not in answer.err
    assert grym("ls", "--json").told["requests"] == before


def test_a_prompt_of_a_megabyte_is_refused(grym: CommandLine) -> None:
    """A prompt far beyond the limit is a typed refusal."""
    told = grym("compose", "-", "--json", stdin="la " * 350_000).ok(2).told
    assert told["error"]["code"].startswith(("request.", "contract."))


def test_people_see_title_and_files(grym: CommandLine, tmp_path: Path) -> None:
    """Without `--json` the result is a panel on standard output and progress goes to standard error."""
    answer = grym("compose", "a calm nocturne", *QUICK, "--out", str(tmp_path / "out")).ok()
    assert "piece.mid" in answer.out
    assert "planning" in answer.err
    assert "planning" not in answer.out


def test_a_folder_that_cannot_be_written_is_told(grym: CommandLine, tmp_path: Path) -> None:
    """A file in the way of the folder is refused before anything is asked for."""
    (tmp_path / "taken").write_text("here")
    told = grym("compose", "a calm nocturne", *QUICK, "--out", str(tmp_path / "taken"), "--json").ok(2).told
    assert told["error"]["code"] == "files.not_a_folder"
