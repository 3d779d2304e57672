"""What a class says about itself and its fields, read from its NumPy-style docstring.

The wire documents take their titles and descriptions from the code, so the two cannot tell different stories.
"""

import inspect
import re

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
_FIELD = re.compile(r"^(\w+(?:, \w+)*)(?: : .*)?$")


def summary_of(cls: type) -> str:
    """Return the first paragraph of the class docstring on one line."""
    return _flat(_prose(cls).split("\n\n")[0])


def description_of(cls: type) -> str:
    """Return the prose of the class docstring, its sections left out, one paragraph a line."""
    return "\n\n".join(_flat(paragraph) for paragraph in _prose(cls).split("\n\n") if paragraph.strip())


def fields_of(cls: type, *, package: str = "schemas") -> dict[str, str]:
    """Return field name → description from the Parameters sections of the class and its bases in `package`.

    Names that share an entry (``tempo_bpm, key``) share its description; a class wins over its bases.
    """
    described: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__doc__ and base.__module__.startswith(package):
            described |= _parameters(inspect.cleandoc(base.__doc__))
    return described


def _prose(cls: type) -> str:
    text = inspect.cleandoc(cls.__doc__ or "")
    section = _SECTION.search(text)
    return text[: section.start()] if section else text


def _parameters(text: str) -> dict[str, str]:
    sections = list(_SECTION.finditer(text))
    ends = [section.start() for section in sections[1:]] + [len(text)]
    for section, end in zip(sections, ends, strict=False):
        if section[1] == "Parameters":
            return _entries(text[section.end() : end])
    return {}


def _entries(block: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    names: tuple[str, ...] = ()
    for line in block.strip("\n").splitlines():
        heading = _FIELD.match(line)
        if heading:
            names = tuple(heading[1].split(", "))
            found |= {name: [] for name in names}
        elif line.strip():
            for name in names:
                found[name].append(line.strip())
    return {name: " ".join(lines) for name, lines in found.items()}


def _flat(paragraph: str) -> str:
    return " ".join(paragraph.split())
