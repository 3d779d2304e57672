"""Compare every generated file with what the code would generate now; ``--write`` brings them up to date.

    python -m tools.drift [--write]

Generated are `docs/schemas/` (by `schemas.export`), `docs/img/`, `.env.example`, the whole of `docs/cli.md`, and the
licence table of `docs/rights.md` between ``<!-- generated: licences -->`` and ``<!-- end -->``. What a person wrote
around those marks is left alone.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from grym.settings import env_example
from schemas.export import documents
from tools import cli_page, licences, pictures

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SCHEMAS = DOCS / "schemas"

RIGHTS = DOCS / "rights.md"
MARKED = re.compile(r"(<!-- generated: licences -->\n).*?(<!-- end -->)", re.DOTALL)


def rights_page() -> str:
    """Return the page on rights with a fresh licence table."""
    page = RIGHTS.read_text(encoding="utf-8")
    if len(MARKED.findall(page)) != 1:
        raise SystemExit(f"{RIGHTS.relative_to(ROOT)} needs the marks of its generated table exactly once")
    table = licences.table()
    return MARKED.sub(lambda match: f"{match[1]}{table}\n{match[2]}", page)


def wanted_files() -> dict[Path, str | None]:
    """Return what every generated file should hold; None for one that should not exist."""
    wanted: dict[Path, str | None] = {
        ROOT / ".env.example": env_example(),
        DOCS / "cli.md": cli_page.page(),
        RIGHTS: rights_page(),
    }
    wanted |= pictures.pictures()
    wanted |= {SCHEMAS / name: content.decode() for name, content in documents().items()}
    stale = {path: None for path in SCHEMAS.rglob("*") if path.is_file() and path not in wanted}
    return {**wanted, **stale}


def differences(wanted: dict[Path, str | None]) -> Iterator[str]:
    """Yield a short unified diff for every file that differs."""
    for path, text in wanted.items():
        before = path.read_text(encoding="utf-8") if path.exists() else None
        if before != text:
            name = str(path.relative_to(ROOT))
            lines = difflib.unified_diff(
                (before or "").splitlines(),
                (text or "").splitlines(),
                f"{name} (committed)",
                f"{name} (code)",
                lineterm="",
            )
            yield "\n".join(list(lines)[:20])


def write(wanted: dict[Path, str | None]) -> None:
    """Bring every generated file up to date."""
    for path, text in wanted.items():
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def main() -> int:
    """Return 1 where something differs and was not to be written."""
    wanted = wanted_files()
    if "--write" in sys.argv[1:]:
        write(wanted)
        return 0
    found = list(differences(wanted))
    print("\n\n".join(found) or f"{len(wanted)} generated files are as the code would make them")
    if found:
        print("\nRun `make schema` and commit what it changed.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
