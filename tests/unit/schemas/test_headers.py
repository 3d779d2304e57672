"""Tests of schemas.headers: names obey the binding, patterns accept what the codec writes."""

import re

from schemas.frames import FRAME_HEADERS
from schemas.headers import ENVELOPE_HEADERS, WHOLE_NUMBER


def test_names_obey_the_binding() -> None:
    """``ce_`` plus lower-case letters and digits, up to 20, or one of the three names of others."""
    for field in (*ENVELOPE_HEADERS, *FRAME_HEADERS):
        assert re.fullmatch(r"ce_[a-z0-9]{1,20}|content-type|traceparent|tracestate", field.name)
        assert field.about
        assert not field.about.endswith(".")


def test_only_id_source_and_type_are_required_of_an_event() -> None:
    """A foreign sender has to say no more than CloudEvents asks."""
    assert [field.name for field in ENVELOPE_HEADERS if field.required] == ["ce_id", "ce_source", "ce_type"]


def test_whole_number_pattern() -> None:
    """From 1, nine digits, no leading zero: as the codec reads them."""
    assert all(re.search(WHOLE_NUMBER, text) for text in ("1", "10", "999999999"))
    assert not any(re.search(WHOLE_NUMBER, text) for text in ("", "0", "01", "-1", "1.0", "1000000000"))
