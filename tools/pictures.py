"""Draw the pictures of the documentation as SVG: the flow of events, and the layers of the code.

Boxes are placed by hand on a grid; the script only keeps shapes, arrows and colours alike. After a change run
`make schema` and look at what came out. Colours are those of Okabe and Ito (2008), which colour-blind readers tell
apart.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "img"

INK = "#1c2430"
QUIET = "#5b6675"
PAPER = "#ffffff"
BLUE, ORANGE, GREEN, PINK, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a94a3"
TINTS = {BLUE: "#e3f0f8", ORANGE: "#fbe9de", GREEN: "#e0f3ed", PINK: "#f8ebf2", GREY: "#eef1f4"}
FONT = "font-family='system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A labelled box: left upper corner and size in pixels, title, and a smaller line below it."""

    x: float
    y: float
    width: float
    height: float
    title: str
    below: str = ""
    colour: str = BLUE

    def svg(self) -> str:
        """Return the box as SVG."""
        middle = self.x + self.width / 2
        title_y = self.y + self.height / 2 + (5 if not self.below else -3)
        parts = [
            (
                f"<rect x='{self.x}' y='{self.y}' width='{self.width}' height='{self.height}' rx='8' "
                f"fill='{TINTS[self.colour]}' stroke='{self.colour}' stroke-width='1.5'/>"
            ),
            text(middle, title_y, self.title, size=15, bold=True),
        ]
        if self.below:
            parts.append(text(middle, title_y + 18, self.below, size=12, colour=QUIET))
        return "\n".join(parts)


def text(
    x: float, y: float, words: str, *, size: int, bold: bool = False, colour: str = INK, anchor: str = "middle"
) -> str:
    """Return a line of text; `anchor` is where `x` lies in it."""
    weight = "600" if bold else "400"
    return (
        f"<text x='{x}' y='{y}' {FONT} font-size='{size}' font-weight='{weight}' fill='{colour}' "
        f"text-anchor='{anchor}'>{escape(words)}</text>"
    )


def arrow(*points: tuple[float, float], colour: str = INK, dashed: bool = False, both: bool = False) -> str:
    """Return a line through `points` with a head at its end, or at both ends."""
    path = "M" + " L".join(f"{x} {y}" for x, y in points)
    dash = " stroke-dasharray='5 4'" if dashed else ""
    start = " marker-start='url(#tail)'" if both else ""
    return (
        f"<path d='{path}' fill='none' stroke='{colour}' stroke-width='1.6'{dash}{start} "
        f"marker-end='url(#head)' stroke-linejoin='round'/>"
    )


def drawing(width: int, height: int, parts: list[str], *, title: str) -> str:
    """Return a whole SVG document."""
    markers = (
        "<defs>"
        "<marker id='head' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='7' markerHeight='7' orient='auto'>"
        f"<path d='M0 0 L10 5 L0 10 z' fill='{INK}'/></marker>"
        "<marker id='tail' viewBox='0 0 10 10' refX='1' refY='5' markerWidth='7' markerHeight='7' orient='auto'>"
        f"<path d='M10 0 L0 5 L10 10 z' fill='{INK}'/></marker>"
        "</defs>"
    )
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' "
        f"role='img' aria-label='{escape(title)}'>"
    )
    ground = f"<rect width='{width}' height='{height}' fill='{PAPER}'/>"
    return "\n".join([head, f"<title>{escape(title)}</title>", markers, ground, *parts, "</svg>"]) + "\n"


def flow() -> str:
    """Draw who sends what to whom."""
    capabilities = [
        ("generation", "plan → score → sound", "grym.generation.v1"),
        ("features", "sound → facts", "grym.features.v1"),
        ("patterns", "recall, remember", "grym.patterns.v1"),
        ("quality", "measure, pass or fail", "grym.quality.v1"),
        ("learning", "propose parameters", "grym.learning.v1"),
    ]
    parts = [
        Box(x=20, y=66, width=170, height=58, title="request", below="a sentence, or a recording", colour=ORANGE).svg(),
        Box(x=20, y=230, width=170, height=58, title="outcome", below="exactly one per request", colour=ORANGE).svg(),
        Box(x=20, y=460, width=170, height=58, title="opinion", below="1 to 5 stars", colour=ORANGE).svg(),
        Box(x=340, y=56, width=190, height=386, title="coordinator", below="one run per request", colour=GREEN).svg(),
        text(265, 86, "grym.requests.v1", size=11, colour=QUIET),
        arrow((190, 95), (340, 95)),
        text(265, 250, "grym.outcomes.v1", size=11, colour=QUIET),
        arrow((340, 259), (190, 259)),
        text(435, 300, "Not good enough?", size=12, colour=QUIET),
        text(435, 318, "Adapt the plan, again,", size=12, colour=QUIET),
        text(435, 336, "at most three rounds.", size=12, colour=QUIET),
        text(490, 480, "grym.feedback.v1", size=11, colour=QUIET),
        arrow((190, 489), (795, 489), (795, 442)),
        Box(x=20, y=556, width=170, height=58, title="live sound", below="frames of 100 ms", colour=ORANGE).svg(),
        Box(x=340, y=556, width=190, height=58, title="live", below="a fold of each stream", colour=BLUE).svg(),
        Box(x=700, y=556, width=190, height=58, title="heard", below="while it sounds", colour=ORANGE).svg(),
        text(265, 576, "grym.audio-frames.v1", size=11, colour=QUIET),
        arrow((190, 585), (340, 585)),
        text(615, 576, "grym.live.v1", size=11, colour=QUIET),
        arrow((530, 585), (700, 585)),
        text(440, 530, "grym.streams.v1", size=11, colour=QUIET, anchor="start"),
        arrow((435, 556), (435, 442)),
        text(455, 32, "each arrow is a topic, each step a record in the log", size=13, colour=QUIET),
    ]
    for row, (name, below, topic) in enumerate(capabilities):
        y = 56 + 82 * row
        parts.append(Box(x=700, y=y, width=190, height=58, title=name, below=below).svg())
        parts.append(text(615, y + 20, topic, size=11, colour=QUIET))
        parts.append(arrow((530, y + 29), (700, y + 29), both=True))
    return drawing(910, 636, parts, title="Requests flow through the coordinator to five capabilities and back")


def layers() -> str:
    """Draw who may import whom."""
    rows = [
        [("grym.cli", "what people type", ORANGE)],
        [("grym.runtime", "wires adapters to ports", ORANGE)],
        [("grym.settings", "reads the environment, once", ORANGE)],
        [("consumers", "runner, workers, timers", GREEN), ("producers", "clients, first events", GREEN)],
        [("streams", "the nine processors", GREEN), ("grym.adapters", "one outside thing each", PINK)],
        [("grym.ports", "what grym needs from the world", GREY)],
        [("schemas", "the wire contract", BLUE), ("grym.domain", "sound and music, pure", BLUE)],
        [("grym.errors", "whose fault it is", GREY)],
    ]
    parts = []
    for row, boxes in enumerate(rows):
        y, gap = 20 + 66 * row, 24
        width = (640 - gap * (len(boxes) - 1)) / len(boxes)
        for column, (title, below, colour) in enumerate(boxes):
            x = 20 + column * (width + gap)
            parts.append(Box(x=x, y=y, width=width, height=52, title=title, below=below, colour=colour).svg())
    parts += [
        arrow((700, 24), (700, 536)),
        "<g transform='translate(722 280) rotate(90)'>" + text(0, 0, "may import", size=13, colour=QUIET) + "</g>",
    ]
    return drawing(
        750, 560, parts, title="Layers: each imports only what lies below it; neighbours do not import each other"
    )


def memory() -> str:
    """Draw the stores of typed memory, and what is made of what."""
    made_of_others = [
        ("CompositeEntries", "a truth, copies in front"),
        ("TieredEntries", "short, medium, long"),
        ("VectorEntries", "an index over a store"),
        ("SwitchedEntries", "old and new, compared"),
    ]
    leaves = [
        ("PostgresEntries", "durable, followed", "PostgreSQL"),
        ("RedisEntries", "shared, bounded in time", "Redis"),
        ("InMemoryEntries", "the reference", "this process"),
    ]
    parts = [
        Box(x=245, y=20, width=420, height=56, title="EntryStore", below="one contract, one suite", colour=GREEN).svg(),
        text(455, 100, "each is one", size=12, colour=QUIET),
        text(455, 216, "made of stores, themselves among them", size=12, colour=QUIET),
    ]
    for column, (title, below) in enumerate(made_of_others):
        parts.append(Box(x=20 + 224 * column, y=130, width=198, height=56, title=title, below=below).svg())
    parts.append(arrow((455, 224), (455, 252)))
    for column, (title, below, lies_in) in enumerate(leaves):
        x = 90 + 256 * column
        parts.append(Box(x=x, y=256, width=218, height=56, title=title, below=below, colour=PINK).svg())
        parts.append(arrow((x + 109, 312), (x + 109, 344)))
        parts.append(Box(x=x, y=348, width=218, height=44, title=lies_in, below="", colour=GREY).svg())
    return drawing(910, 412, parts, title="Stores of entries: those that lie in something, and those made of others")


def pictures() -> dict[Path, str]:
    """Return every picture by the path it lies at."""
    return {FOLDER / "flow.svg": flow(), FOLDER / "layers.svg": layers(), FOLDER / "memory.svg": memory()}
