"""Reading a score file by what its bytes are, whatever it is called: MIDI, MusicXML or compressed MusicXML."""

from grym.domain.composing.reworking.bounds import refusal, require_size
from grym.domain.composing.reworking.midi_reading import read_midi
from grym.domain.composing.reworking.musicxml_reading import read_musicxml
from grym.domain.composing.reworking.source import Read

_MIDI, _ZIP = b"MThd", b"PK\x03\x04"
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


def read_score(data: bytes) -> Read:
    """Read a score.

    Raises
    ------
    ContractError
        ``score.unknown`` for other files, else as `read_midi` and `read_musicxml`.
    """
    require_size(data)
    if data.startswith(_MIDI):
        return read_midi(data)
    if data.startswith(_ZIP) or data.lstrip().startswith(_XML_STARTS):
        return read_musicxml(data)
    raise refusal("unknown", "this is neither MIDI nor MusicXML", "Send a .mid, .musicxml or .mxl file, or a sound.")


def is_score(data: bytes) -> bool:
    """Tell whether bytes begin as a score file does."""
    return data.startswith((_MIDI, _ZIP)) or data.lstrip()[:8].startswith(_XML_STARTS)
