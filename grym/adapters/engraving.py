"""MusicXML engraved into pages of SVG by verovio.

The toolkit is told to keep quiet; what it would have logged comes back in the error when nothing could be engraved.
Glyph ids are seeded, so one score gives the same bytes each time. Musical signs within text (the flat of a chord
symbol, the note of a tempo mark) come from a font inside the page, which only browsers read; they are replaced by
their Unicode letters, so that every viewer shows them, and the font is left out where nothing needs it any more.
"""

import re

import verovio

from grym.errors import InvariantError

OPTIONS: dict[str, str | int | float | bool] = {
    "pageWidth": 2100,
    "pageHeight": 2970,
    "pageMarginLeft": 110,
    "pageMarginRight": 110,
    "pageMarginTop": 110,
    "pageMarginBottom": 110,
    "scale": 40,
    "adjustPageHeight": False,
    "header": "auto",
    "footer": "none",
    "breaks": "auto",
    "svgViewBox": True,
    "xmlIdSeed": 1,
}
"""A4 in tenths of a millimetre."""

LETTERS = {
    "\ueca5": "\u2669",
    "\ueca7": "\u266a",
    "\uecb7": ".",
    "\uea64": "\u266d",
    "\uea65": "\u266e",
    "\uea66": "\u266f",
    "\ued60": "\u266d",
    "\ued61": "\u266e",
    "\ued62": "\u266f",
    "\ue260": "\u266d",
    "\ue261": "\u266e",
    "\ue262": "\u266f",
}
"""SMuFL signs in text and their Unicode letters: quarter, eighth, dot; flat, natural, sharp of three ranges."""

SIGN = re.compile(r'<tspan font-family="Leipzig" font-size="(\d+)px">([^<]+)</tspan>')
FONT = re.compile(r"@font-face\s*\{[^}]*\}")

SIGN_TO_LETTER = 9 / 16
"""verovio sets signs in text at 720 units where letters have 405."""


def engrave(musicxml: str) -> list[str]:
    """Engrave a score.

    Parameters
    ----------
    musicxml
        A MusicXML 4.0 partwise document.

    Returns
    -------
    list of str
        One SVG document per page, in order, at least one.

    Raises
    ------
    InvariantError
        ``engraving.failed``: the document is not MusicXML that can be engraved. Documents come from our own writer,
        so this is our fault.
    """
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadData(musicxml) or toolkit.getPageCount() == 0:
        raise InvariantError(
            "the score could not be engraved",
            code="engraving.failed",
            hint="Report this with the MusicXML file; sound and MIDI are not affected.",
            details={"characters": len(musicxml), "log": str(toolkit.getLog())[:500]},
        )
    return [_in_letters(toolkit.renderToSVG(page)) for page in range(1, toolkit.getPageCount() + 1)]


def _in_letters(svg: str) -> str:
    """Write the signs within text as Unicode letters; a page that still needs the font keeps it."""
    lettered = SIGN.sub(_letter, svg)
    return lettered if SIGN.search(lettered) else FONT.sub("", lettered)


def _letter(match: re.Match[str]) -> str:
    """Replace one sign, unless it has no letter."""
    size, signs = int(match[1]), match[2]
    if any(sign not in LETTERS for sign in signs):
        return match[0]
    letters = "".join(LETTERS[sign] for sign in signs)
    return f'<tspan font-size="{round(size * SIGN_TO_LETTER)}px">{letters}</tspan>'
