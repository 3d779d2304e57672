"""Check what the documentation says against what is there.

    python -m tools.check_docs

Links to files and headings resolve; commands, make verbs, modules and environment variables that it names in code
marks exist; the glossary is in order. Web links are left alone, since a check that needs a network fails for others.
"""

import re
from pathlib import Path

from tools import cli_page

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("grym", "schemas", "streams", "consumers", "producers")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
MODULE = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
SOURCE = re.compile(rf"(?:{'|'.join(PACKAGES)}|tests|tools|docs|deploy|examples|benchmarks)/[\w./-]*\w/?")


def anchor(heading: str) -> str:
    """Return the anchor a forge gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def broken_links(path: Path, text: str) -> list[str]:
    """Return links of a page that lead nowhere."""
    found = []
    for match in LINK.finditer(FENCE.sub("", text)):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            found.append(f"the link {target} leads to no file")
        elif fragment and file.suffix == ".md" and fragment not in anchors(file):
            found.append(f"the link {target} leads to no heading")
    return found


def snippets(text: str) -> list[str]:
    """Return what stands in code marks: spans, indented lines, lines of fences."""
    fenced = [line for block in FENCE.findall(text) for line in block.splitlines()]
    outside = FENCE.sub("", text)
    return [*SPAN.findall(outside), *re.findall(r"^    (\S.*)$", outside, re.MULTILINE), *fenced]


def missing_commands(text: str, known: set[str]) -> list[str]:
    """Return `grym …` calls whose command does not exist; `known` holds full names and their groups."""
    found = []
    for snippet in snippets(text):
        if call := re.match(r"(?:GRYM_\w+=\S+ )*(?:\S*/)?grym ([a-z]+)(?: ([a-z-]+))?", snippet):
            words = [word for word in call.groups() if word]
            if f"grym {words[0]}" not in known and " ".join(["grym", *words]) not in known:
                found.append(f"there is no command `grym {' '.join(words)}`")
    return found


def missing_verbs(text: str, verbs: set[str]) -> list[str]:
    """Return `make …` calls whose verb does not exist."""
    return [f"there is no verb `make {verb}`" for verb in re.findall(r"`make ([a-z-]+)", text) if verb not in verbs]


def is_there(dotted: str) -> bool:
    """Return whether a dotted name is a module, or an attribute named in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:length])
        file = base.with_suffix(".py") if base.with_suffix(".py").exists() else base / "__init__.py"
        if file.exists():
            return length == len(parts) or parts[length] in file.read_text(encoding="utf-8")
    return False


def missing_sources(text: str) -> list[str]:
    """Return modules and paths in code marks that do not exist."""
    found = []
    for code in SPAN.findall(text):
        if MODULE.fullmatch(code) and not re.search(r"\.v\d+$", code) and not is_there(code):
            found.append(f"there is no `{code}`")
        if SOURCE.fullmatch(code) and not (ROOT / code).exists():
            found.append(f"there is no `{code}`")
    return found


def missing_settings(text: str, known: str) -> list[str]:
    """Return environment variables that no source reads."""
    return [f"nothing reads `{name}`" for name in set(re.findall(r"\bGRYM_[A-Z_]+\b", text)) if name not in known]


def known_settings() -> str:
    """Return the text that may name a setting: a pydantic field `database` is the variable `GRYM_DATABASE`."""
    text = (ROOT / "grym" / "settings.py").read_text(encoding="utf-8")
    fields = re.findall(r"^    (\w+)\s*:", text, re.MULTILINE)
    return text + " ".join(f"GRYM_{name.upper()}" for name in fields)


def complaints(path: Path, *, commands: set[str], verbs: set[str], settings: str) -> list[str]:
    """Return everything wrong with one page."""
    text = path.read_text(encoding="utf-8")
    return [
        *broken_links(path, text),
        *missing_commands(text, commands),
        *missing_verbs(text, verbs),
        *missing_sources(text),
        *missing_settings(text, settings),
    ]


def main() -> int:
    """Return 1 where a page says what is not so."""
    full = {name for name, _ in cli_page.commands(cli_page.root())}
    commands = full | {" ".join(name.split()[:2]) for name in full}
    verbs = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    settings = known_settings()
    # Records of decisions may name what is only planned; the change log what was.
    pages = [path for path in PAGES if path.parent.name != "adr" and path.name != "CHANGELOG.md"]
    found = [
        f"{path.relative_to(ROOT)}: {complaint}"
        for path in pages
        for complaint in complaints(path, commands=commands, verbs=verbs, settings=settings)
    ]
    found += [
        f"{path.relative_to(ROOT)}: {complaint}"
        for path in PAGES
        if path not in pages
        for complaint in broken_links(path, path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) or f"{len(PAGES)} pages say what is so")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
