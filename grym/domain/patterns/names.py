"""Names as every store can keep them, so that a pattern is called the same wherever it is read."""

import hashlib
import re
from collections.abc import Mapping, Sequence

MAX_NAME_CHARACTERS = 512
"""At most 2 kB in UTF-8, of the 2.7 kB that an entry of an index of PostgreSQL may take."""

KEPT_CHARACTERS = 64

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What no key of a record may hold."""

REPLACED = "\ufffd"


def plain_text(text: str) -> str:
    """Return text without what databases refuse: the character NUL and lone surrogates are replaced."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", REPLACED).encode(errors="replace").decode()


def collection_name(name: str) -> str:
    """Return the name of a collection, which is also a key of records.

    Itself, or its beginning and digest where it is long, as for other names, or holds control characters.
    """
    name = plain_text(name)
    if len(name) <= MAX_NAME_CHARACTERS and not CONTROL.search(name):
        return name
    digest = hashlib.blake2b(len(name.encode()).to_bytes(8, "big") + name.encode(), digest_size=16)
    return f"{CONTROL.sub(REPLACED, name[:KEPT_CHARACTERS])}#{digest.hexdigest()}"


def plain_value(value: object) -> object:
    """Return a value of JSON with every text in it made plain."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Mapping):
        return {plain_text(str(name)): plain_value(entry) for name, entry in value.items()}
    if isinstance(value, Sequence):
        return [plain_value(entry) for entry in value]
    return value
