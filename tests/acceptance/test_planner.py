"""A plan by a language model is followed, down to the notes; with the model down the piece still comes, saying so."""

from dataclasses import replace

import mido
import pytest

from tests.acceptance.harness import GRYM, Grym
from tests.support.describing import FakeServer, describing_server
from tests.support.language import MODEL, completion, shapes

WISH = ("what a wet sunday sounds like", "--seconds", "20", "--seed", "3", "--backend", "synth")


def advised(grym: Grym, url: str) -> Grym:
    """Return the program with a language model set."""
    return replace(grym, program=("env", f"GRYM_LLM={url}", "GRYM_LLM_TIMEOUT_S=20", str(GRYM)))


@pytest.mark.parametrize("shape", ["plain", "empty content"])
def test_a_stub_plan_is_followed(grym: Grym, shape: str) -> None:
    """Tempo and metre are those of the file, players those of the parts, and the plan says whose it is."""
    with describing_server(FakeServer(answer=shapes()[shape])) as server:
        told = advised(grym, f"{server.url}/v1").compose(*WISH)
    assert (told["outcome"], told["provenance"]["planner"]) == ("completed", f"llm/{MODEL}")
    midi = mido.MidiFile(grym.work / told["midi"])
    messages = [message for track in midi.tracks for message in track]
    assert mido.tempo2bpm(next(m.tempo for m in messages if m.type == "set_tempo")) == pytest.approx(72.0, rel=0.01)
    assert next((m.numerator, m.denominator) for m in messages if m.type == "time_signature") == (3, 4)
    assert {m.program for m in messages if m.type == "program_change"} == {0, 42}  # piano and cello
    assert told["duration_s"] == pytest.approx(20.0, rel=0.05)


def test_the_piece_comes_without_the_model(grym: Grym) -> None:
    """Nobody there, and a server that talks nonsense: the rules plan the same piece, and the plan says why."""
    usual = grym.compose(*WISH)
    away = advised(grym, "http://127.0.0.1:9/v1").compose(*WISH)
    with describing_server(FakeServer(answer=completion("As an AI I cannot sing."))) as server:
        silly = advised(grym, f"{server.url}/v1").compose(*WISH)
    notes = {(grym.work / told["midi"]).read_bytes() for told in (usual, away, silly)}
    assert len(notes) == 1
    assert [told["plan"]["planner"].partition("; ")[2] for told in (usual, away, silly)] == [
        "",
        "llm.unreachable",
        "llm.no_plan",
    ]
