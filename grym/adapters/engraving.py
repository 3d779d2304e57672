"""MusicXML engraved into pages of SVG by verovio.

The toolkit is told to keep quiet; what it would have logged comes back in the error when nothing could be engraved.
Glyph ids are seeded, so one score gives the same bytes each time.
"""

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
    return [str(toolkit.renderToSVG(page)) for page in range(1, toolkit.getPageCount() + 1)]
