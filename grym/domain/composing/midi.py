"""Standard MIDI files: a score as it is played, and notes read back.

Format 1 with 480 ticks a quarter: a conductor track (tempo, metre, key, section markers), then one track per part.
Nothing that changes from run to run is written, so equal scores give equal bytes. Parts get a channel each, percussion
channel 10; beyond fifteen pitched parts channels are shared.

References
----------
MIDI Manufacturers Association 1996, "Standard MIDI Files 1.0"; General MIDI level 1 for programs and drum keys.
"""

import io
from collections import defaultdict
from collections.abc import Iterator

import mido

from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score, Tonality
from grym.domain.composing.theory import MINOR_MODES, key_fifths
from grym.errors import ContractError

PERCUSSION_CHANNEL = 9
_PITCHED_CHANNELS = tuple(channel for channel in range(16) if channel != PERCUSSION_CHANNEL)
_MAJOR_KEYS = ("Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#")
_MINOR_KEYS = ("Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m")
# At the same tick what ends comes before what begins.
_OFF, _CONTROL, _ON = 0, 1, 2
_VOLUME_AT_0_DB = 100
_CENTRE = 64


def score_to_midi(score: Score) -> bytes:
    """Write a score as a standard MIDI file."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    file.tracks.append(_conductor(score))
    pitched = 0
    for part in score.parts:
        channel = PERCUSSION_CHANNEL if part.percussion else _PITCHED_CHANNELS[pitched % len(_PITCHED_CHANNELS)]
        pitched += not part.percussion
        file.tracks.append(part_track(part, channel, score.length_ticks))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _conductor(score: Score) -> mido.MidiTrack:
    """Write tempo, metre, key and section markers."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=_latin(score.title)))
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(score.tempo_bpm)))
    track.append(mido.MetaMessage("time_signature", numerator=score.metre.beats, denominator=score.metre.unit))
    track.append(mido.MetaMessage("key_signature", key=_key_name(score.tonality)))
    at = 0
    for section in score.sections:
        track.append(mido.MetaMessage("marker", text=_latin(section.name), time=section.start_ticks - at))
        at = section.start_ticks
    track.append(mido.MetaMessage("end_of_track", time=max(0, score.length_ticks - at)))
    return track


def _latin(text: str) -> str:
    """Keep what a MIDI file's Latin-1 text can hold."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _key_name(tonality: Tonality) -> str:
    """Name a key signature; modes are written with the signature they share."""
    names = _MINOR_KEYS if tonality.mode in MINOR_MODES else _MAJOR_KEYS
    return names[key_fifths(tonality) + 6]


def part_track(part: Part, channel: int, length_ticks: int) -> mido.MidiTrack:
    """Write the notes of one part, with its program, volume and place, as a track of at least `length_ticks`."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=_latin(part.name)))
    if not part.percussion:
        track.append(mido.Message("program_change", channel=channel, program=part.program))
    # Controllers square the level (General MIDI recommends 40 log10), so decibels halve.
    volume = round(_VOLUME_AT_0_DB * 10 ** (part.gain_db / 40))
    pan = round(_CENTRE + part.pan * (_CENTRE - 1))
    for control, value in ((7, volume), (10, pan)):
        track.append(mido.Message("control_change", channel=channel, control=control, value=min(127, max(0, value))))
    at = 0
    for tick, _, message in sorted(_messages(part, channel), key=lambda event: (event[0], event[1], event[2].note)):
        track.append(message.copy(time=tick - at))
        at = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, length_ticks - at)))
    return track


def played_span(note: Note) -> tuple[int, int]:
    """Return when a note sounds, in ticks: shifted onset, and an end that includes its ring."""
    start = max(0, note.start_ticks + note.onset_shift_ticks)
    return start, max(start + 1, note.end_ticks + note.ring_ticks + min(0, note.onset_shift_ticks))


def _messages(part: Part, channel: int) -> Iterator[tuple[int, int, mido.Message]]:
    """Yield the note messages of a part; a note ends where the same pitch is struck again."""
    by_pitch: dict[int, list[Note]] = defaultdict(list)
    for note in part.notes:
        by_pitch[note.midi_pitch].append(note)
    for pitch in sorted(by_pitch):
        notes = sorted(by_pitch[pitch], key=lambda note: played_span(note)[0])
        starts = [played_span(note)[0] for note in notes]
        for note, following in zip(notes, [*starts[1:], None], strict=True):
            start, end = played_span(note)
            end = end if following is None else max(start, min(end, following))
            if end > start:
                yield start, _ON, mido.Message("note_on", channel=channel, note=pitch, velocity=note.velocity)
                yield end, _OFF, mido.Message("note_off", channel=channel, note=pitch, velocity=0)


def midi_to_notes(data: bytes) -> tuple[Part, ...]:
    """Read the notes of a standard MIDI file, one part per track and channel that has any.

    Ticks are scaled to 1/480 quarter. Roles cannot be known: percussion is ``drums``, everything else ``melody``.

    Raises
    ------
    ContractError
        When the bytes are no MIDI file (code ``midi.invalid``).
    """
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except (OSError, ValueError, EOFError, KeyError, IndexError) as error:
        raise ContractError("These bytes are no standard MIDI file.", code="midi.invalid", hint=str(error)) from error
    scale = TICKS_PER_QUARTER / file.ticks_per_beat
    return tuple(part for track in file.tracks for part in _parts_of(track, scale))


def _parts_of(track: mido.MidiTrack, scale: float) -> Iterator[Part]:
    """Yield the parts of one track, one per channel."""
    notes: dict[int, list[Note]] = defaultdict(list)
    open_notes: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    programs: dict[int, int] = {}
    at = 0
    for message in track:
        at += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type == "note_on" and message.velocity > 0:
            open_notes[message.channel, message.note].append((at, message.velocity))
        elif message.type in {"note_on", "note_off"} and open_notes[message.channel, message.note]:
            start, velocity = open_notes[message.channel, message.note].pop(0)
            notes[message.channel].append(_note(start, at, message.note, velocity, scale))
    for channel in sorted(notes):
        percussion = channel == PERCUSSION_CHANNEL
        yield Part(
            name=track.name or f"channel {channel + 1}",
            role="drums" if percussion else "melody",
            program=programs.get(channel, 0),
            notes=tuple(sorted(notes[channel], key=lambda note: (note.start_ticks, note.midi_pitch))),
            percussion=percussion,
        )


def _note(start: int, end: int, pitch: int, velocity: int, scale: float) -> Note:
    """Make a note of ticks in the file's own resolution."""
    first = round(start * scale)
    return Note(
        start_ticks=first,
        duration_ticks=max(1, round(end * scale) - first),
        midi_pitch=pitch,
        velocity=velocity,
    )
