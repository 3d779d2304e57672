"""A small tree of XML that nobody has vouched for: no entities of its own, nothing fetched, depth and size bounded."""

from dataclasses import dataclass, field
from xml.parsers import expat

from grym.domain.composing.reworking.bounds import refusal

MOST_DEPTH = 40
MOST_ELEMENTS = 2_000_000
MOST_TEXT = 4_000


@dataclass(slots=True)
class Element:
    """An element: tag, attributes, children in order, and the text before its first child."""

    tag: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def find(self, *path: str) -> "Element | None":
        """Return the first element down a path of tags."""
        found: Element | None = self
        for tag in path:
            found = next((child for child in found.children if child.tag == tag), None) if found else None
        return found

    def all(self, tag: str) -> list["Element"]:
        """Return the children of a tag, in order."""
        return [child for child in self.children if child.tag == tag]

    def word(self, *path: str) -> str:
        """Return the text down a path, stripped; empty where there is none."""
        found = self.find(*path)
        return "" if found is None else found.text.strip()

    def number(self, *path: str, default: float = 0.0) -> float:
        """Return the number down a path.

        Raises
        ------
        ContractError
            ``score.unreadable`` where there is text that is no number.
        """
        return number_of(self.word(*path), default=default)


def number_of(text: str, *, default: float = 0.0) -> float:
    """Return a number that is written as text, bounded so that sums of it stay finite."""
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise refusal("unreadable", f"{text[:40]!r} is no number", "Export the score again.") from error
    if not abs(value) < 1e9:
        raise refusal("unreadable", f"{text[:40]} is too large a number", "Export the score again.")
    return value


class _Builder:
    """Collects elements as the parser meets them."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise refusal("too_large", "the XML is too deep or has too many elements", "Send a smaller score.")
        element = Element(tag, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open and len(self._open[-1].text) < MOST_TEXT:
            self._open[-1].text += data[:MOST_TEXT]


def _no_entities(*_: object) -> None:
    raise refusal("entities", "the XML declares entities of its own", "Export the score without them.")


def parse_xml(data: bytes) -> Element:
    """Parse XML into a tree.

    Raises
    ------
    ContractError
        ``score.unreadable``, ``score.entities`` or ``score.too_large``.
    """
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = _no_entities
    parser.UnparsedEntityDeclHandler = _no_entities
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise refusal("unreadable", "this XML is broken", f"{error}"[:120]) from error
    except (ValueError, LookupError) as error:
        raise refusal("unreadable", "this XML has an encoding that is not known", "Save it as UTF-8.") from error
    if builder.root is None:
        raise refusal("unreadable", "there is no XML in this file", "Export the score again.")
    return builder.root
