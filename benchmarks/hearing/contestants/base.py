"""What contestants share."""

import hashlib
from functools import cache
from pathlib import Path

import grym.domain

DOMAIN = Path(grym.domain.__file__).parent


@cache
def digest_of(*files: Path) -> str:
    """Return a name that changes with the content of files."""
    content = hashlib.sha256()
    for path in files:
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def code_digest(*files: Path) -> str:
    """Return a name that changes with these files and with the code of grym's domain."""
    return digest_of(*files, *sorted(DOMAIN.rglob("*.py")))
