"""Compare every generated file with what the code would generate now; ``--write`` brings them up to date.

    python -m tools.drift [--write]

Generated are `docs/schemas/` (by `schemas.export`), `docs/img/`, `.env.example`, the whole of `docs/cli.md`, the
dashboard of Grafana, and between ``<!-- generated: … -->`` and ``<!-- end -->`` the licence table of `docs/rights.md`
and the table of metrics in `docs/operations.md`. What a person wrote around those marks is left alone.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from grym.settings import env_example
from schemas.export import documents
from tools import cli_page, dashboard, licences, metrics_table, pictures

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SCHEMAS = DOCS / "schemas"

RIGHTS = DOCS / "rights.md"
OPERATIONS = DOCS / "operations.md"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "grym.json"


def with_table(path: Path, name: str, table: str) -> str:
    """Return a page with a fresh table between the marks of that name."""
    page = path.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(marked.findall(page)) != 1:
        raise SystemExit(f"{path.relative_to(ROOT)} needs the marks of its generated table exactly once")
    return marked.sub(lambda match: f"{match[1]}{table}\n{match[2]}", page)


def wanted_files() -> dict[Path, str | None]:
    """Return what every generated file should hold; None for one that should not exist."""
    wanted: dict[Path, str | None] = {
        ROOT / ".env.example": env_example(),
        DOCS / "cli.md": cli_page.page(),
        RIGHTS: with_table(RIGHTS, "licences", licences.table()),
        OPERATIONS: with_table(OPERATIONS, "metrics", metrics_table.table()),
        DASHBOARD: dashboard.dashboard(),
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
