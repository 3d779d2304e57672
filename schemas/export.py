"""Everything that is published about the wire contract, as file name → bytes.

The command line writes these files; `docs/schemas` holds the committed copy, and a test fails when the two differ.
"""

import json
from typing import Any

from schemas.asyncapi import asyncapi
from schemas.json_schema import components, document
from schemas.page import page
from schemas.registry import BODIES

ASYNCAPI = "asyncapi.json"
PAGE = "events.md"


def documents() -> dict[str, bytes]:
    """Return one JSON Schema 2020-12 per body, one AsyncAPI 3.0.0 document and one page; same code, same bytes."""
    shared = components("#/$defs/")
    files = {f"{body.TYPE}.json": _bytes(document(body, shared)) for body in BODIES}
    return {**files, ASYNCAPI: _bytes(asyncapi()), PAGE: page().encode()}


def _bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
