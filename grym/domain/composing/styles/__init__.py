"""The styles grym has, as rows by kind of music; `style` says what one is."""

from grym.domain.composing.styles import concert, screens, songs
from grym.domain.composing.styles.style import Dialect, FormFamily, Style

__all__ = ["DEFAULT_STYLE", "STYLES", "Dialect", "FormFamily", "Style"]

STYLES: dict[str, Style] = {row.name: row for row in (*concert.ROWS, *songs.ROWS, *screens.ROWS)}

# What is taken when no word names a style: an unpretentious piece that suits any sentence.
DEFAULT_STYLE = "classical"
