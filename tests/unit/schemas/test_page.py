"""Tests of schemas.page: everything of the contract is on it."""

from schemas.catalogue import TOPICS
from schemas.frames import FRAME_HEADERS
from schemas.headers import ENVELOPE_HEADERS
from schemas.page import page
from schemas.registry import BODIES, UPCASTERS

LINES = page().splitlines()


def test_every_type_stands_under_its_topic() -> None:
    """Walking down the page, each type's row follows the heading of its topic."""
    heading, rows = "", {}
    for line in LINES:
        heading = line.removeprefix("## ").strip("`") if line.startswith("## ") else heading
        if line.startswith("| [`"):
            rows[line.split("`")[1]] = heading
    assert rows == {body.TYPE: body.TOPIC for body in BODIES}


def test_every_topic_says_its_terms() -> None:
    """Key, lanes, retention, limit, writers and readers stand below each heading."""
    assert [line for line in LINES if line.startswith("## `")] == [f"## `{topic.name}`" for topic in TOPICS]
    frames = LINES[LINES.index("## `grym.audio-frames.v1`") :]
    assert frames[4] == "- key: stream id; partitions: 8; kept 1 day; values up to 1024 KiB"
    assert frames[5] == "- written by upstream, gateway, coordinator; read by live"
    feedback = LINES[LINES.index("## `grym.feedback.v1`") :]
    assert "partitions: 1; kept for ever;" in feedback[4]
    assert feedback[6] == "- when a record fails: the whole lane waits"


def test_headers_and_older_types_are_listed() -> None:
    """Both header tables are complete, and each older type names its successor."""
    listed = [line.split("`")[1] for line in LINES if line.startswith(("| `ce_", "| `content", "| `trace"))]
    assert listed == [field.name for field in (*ENVELOPE_HEADERS, *FRAME_HEADERS)]
    for old, (new, _) in UPCASTERS.items():
        assert f"| `{old}` | `{new}` |" in LINES


def test_tables_have_as_many_cells_as_their_head() -> None:
    """No text of the code breaks a row."""
    for line in LINES:
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in {3, 4}
