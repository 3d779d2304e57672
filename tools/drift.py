"""Compare every generated file with what the code would generate now; ``--write`` brings them up to date.

Generated are `docs/schemas/` (by `schemas.export`), the whole of `docs/cli.md`, and the parts of other pages between
``<!-- generated: NAME -->`` and ``<!-- end -->``. What a person wrote around those marks is left alone.
"""

import difflib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import cli_page  # noqa: E402  (found only after the line above)
import event_tables  # noqa: E402
import licences  # noqa: E402
from schemas.export import export  # noqa: E402

DOCS = ROOT / "docs"
SCHEMAS = DOCS / "schemas"

SECTIONS: dict[str, tuple[Path, Callable[[], str]]] = {
    "headers": (DOCS / "events.md", event_tables.headers),
    "topics": (DOCS / "events.md", event_tables.topics),
    "bodies": (DOCS / "events.md", event_tables.bodies),
    "licences": (DOCS / "rights.md", licences.table),
}


def with_section(page: str, name: str, text: str) -> str:
    """Return `page` with the generated part called `name` replaced."""
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise SystemExit(f"the page needs the marks of the generated part {name!r} exactly once")
    return pattern.sub(lambda match: f"{match[1]}{text.strip()}\n{match[2]}", page)


def pages() -> dict[Path, str]:
    """Return what each generated page should hold."""
    wanted = {DOCS / "cli.md": cli_page.page()}
    for name, (path, make) in SECTIONS.items():
        before = wanted.get(path) or path.read_text(encoding="utf-8")
        wanted[path] = with_section(before, name, make())
    return wanted


def schema_files() -> dict[Path, str]:
    """Return what each file of `docs/schemas` should hold."""
    with tempfile.TemporaryDirectory() as folder:
        export(Path(folder))
        made = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {SCHEMAS / path.relative_to(folder): path.read_text(encoding="utf-8") for path in made}


def wanted_files() -> dict[Path, str | None]:
    """Return what every generated file should hold; None for one that should not exist."""
    wanted: dict[Path, str | None] = {**pages(), **schema_files()}
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
