"""The styles as data: tempo, metre, mode, harmony, rhythm, players and patterns, and the words that ask for them.

A style is a row, never a branch in the code: adding one means adding a row. Tempi are quarter notes a minute. The
first entry of a tuple of choices is the usual one and is drawn twice as often as the others.
"""

from dataclasses import dataclass
from typing import Literal

Dialect = Literal["classical", "folk", "jazz", "loops", "blues"]
FormFamily = Literal["aba", "aaba", "strophic", "bar", "march", "verse", "build", "chorus", "arc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One way of making music.

    Parameters
    ----------
    tempo_bpm
        Slowest, usual and fastest tempo.
    metres, modes
        Choices, the usual one first.
    dialect
        Which harmonic vocabulary speaks (`harmony`).
    major_loops, minor_loops
        Chord loops of the ``loops`` dialect, as numerals.
    chords_per_bar
        Harmonic rhythm: 0.5, 1 or 2.
    rhythm
        Family of melodic rhythms (`rhythm.FAMILIES`).
    melody, chords, bass, pad, counter
        Instruments to choose from by name; empty: the style does without that role.
    accompaniments, basses, drums
        Patterns by name; sections of different names take different ones.
    voices
        Voices of the accompanying chords, 3 or 4.
    swing, density, dynamics
        Usual parameters, 0–1.
    satb
        The parts are four voices, set by the rules of four-part writing.
    tessitura
        Centre of the melody as a MIDI pitch; 0 leaves it to the instrument.
    """

    name: str
    words: tuple[str, ...]
    tempo_bpm: tuple[float, float, float]
    metres: tuple[str, ...]
    modes: tuple[str, ...]
    dialect: Dialect
    rhythm: str
    melody: tuple[str, ...]
    form: FormFamily
    accompaniments: tuple[str, ...]
    chords: tuple[str, ...] = ()
    bass: tuple[str, ...] = ()
    pad: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    basses: tuple[str, ...] = ("halves",)
    drums: str = ""
    major_loops: tuple[str, ...] = ()
    minor_loops: tuple[str, ...] = ()
    chords_per_bar: float = 1.0
    voices: int = 3
    swing: float = 0.0
    density: float = 0.5
    dynamics: float = 0.5
    mood: str = "calm"
    satb: bool = False
    tessitura: float = 0.0


_STYLES = (
    Style(
        name="nocturne", words=("nocturnes", "romantic piano", "chopin"), tempo_bpm=(54, 69, 84),
        metres=("4/4", "3/4", "6/8", "12/8"), modes=("minor", "major"), dialect="classical", rhythm="lyric",
        melody=("piano",), chords=("piano",), form="aba", accompaniments=("nocturne", "nocturne-wide"),
        voices=3, density=0.45, dynamics=0.7, mood="calm",
    ),
    Style(
        name="waltz", words=("waltzes", "viennese", "ballroom"), tempo_bpm=(126, 162, 192), metres=("3/4",),
        modes=("major", "minor"), dialect="classical", rhythm="dance", melody=("piano", "violin", "clarinet",
            "accordion"),
        chords=("piano",), form="aaba", accompaniments=("waltz",), density=0.4, dynamics=0.5, mood="graceful",
        counter=("cello", "french horn"),
    ),
    Style(
        name="chorale", words=("hymn", "chorales", "hymns", "sacred", "bach chorale"), tempo_bpm=(60, 72, 88),
            metres=("4/4", "3/4"),
        modes=("major", "minor"), dialect="classical", rhythm="hymn", melody=("organ", "choir"), chords=("organ",),
        bass=("organ",), counter=("organ",), form="bar", accompaniments=("quarters",), basses=("quarters",),
        chords_per_bar=2.0, density=0.3, dynamics=0.35, mood="solemn", satb=True, tessitura=70.0,
    ),
    Style(
        name="folk", words=("folk song", "celtic", "irish", "country", "campfire", "acoustic", "ballad", "shanty",
            "jig", "folk dance", "square dance", "polka"),
        tempo_bpm=(84, 108, 138), metres=("4/4", "3/4", "6/8"), modes=("major", "dorian", "mixolydian", "minor"),
        dialect="folk", rhythm="song", melody=("violin", "flute", "tin whistle", "harmonica"),
            chords=("acoustic guitar",),
        bass=("double bass",), form="strophic", accompaniments=("strum", "picking"), drums="folk",
        density=0.5, dynamics=0.45, mood="warm",
    ),
    Style(
        name="march", words=("marching", "military", "parade", "fanfare"), tempo_bpm=(100, 116, 126),
        metres=("2/4", "4/4", "6/8"), modes=("major", "minor"), dialect="classical", rhythm="dotted",
        melody=("trumpet", "piccolo", "clarinet"), chords=("brass",), bass=("tuba",), counter=("trombone",
            "french horn"),
        form="march", accompaniments=("afterbeat", "oompah"), basses=("march",), drums="march", density=0.5,
        dynamics=0.6, mood="proud",
    ),
    Style(
        name="lo-fi", words=("lofi", "lo fi", "chillhop", "study beats", "chill hop", "downtempo", "hip hop",
            "hip-hop", "trip hop"),
        tempo_bpm=(68, 78, 90), metres=("4/4",), modes=("minor", "major", "dorian"), dialect="loops",
            rhythm="syncopated",
        melody=("electric piano", "vibraphone", "jazz guitar"), chords=("electric piano",), bass=("bass guitar",),
        form="build", accompaniments=("lofi", "charleston"), basses=("lofi",), drums="lofi", voices=4,
        major_loops=("Imaj7 vi7 ii7 V7", "Imaj7 IVmaj7 ii7 V7", "Imaj7 iii7 IVmaj7 V7"),
        minor_loops=("i9 iv7 VImaj7 V7", "i7 VImaj7 iiø7 V7", "i9 iv9 i9 V7"),
        swing=0.35, density=0.4, dynamics=0.3, mood="relaxed",
    ),
    Style(
        name="ambient", words=("drone", "atmospheric", "soundscape", "meditation", "meditative", "new age", "spa",
            "sleep"),
        tempo_bpm=(56, 64, 80), metres=("4/4", "3/4"), modes=("major", "minor", "lydian", "dorian"), dialect="loops",
        rhythm="sparse", melody=("celesta", "flute", "vibraphone", "kalimba"), chords=("harp", "electric piano"),
        bass=("synth bass",), pad=("warm pad", "sweep pad", "choir"), form="arc", accompaniments=("swell",
            "arp-eighths"),
        basses=("hold",), major_loops=("Iadd9 IVmaj7", "I IVmaj7 I V", "Imaj7 vi7 IVmaj7 I"),
        minor_loops=("i VImaj7 iv i", "i iv VI v", "iadd9 iv7 i VI"), chords_per_bar=0.5, voices=4, density=0.25,
        dynamics=0.4, mood="dreamy",
    ),
    Style(
        name="synthwave", words=("retrowave", "outrun", "eighties", "80s", "synth wave", "chiptune", "synthpop",
            "synth-pop", "cyberpunk"),
        tempo_bpm=(88, 104, 124), metres=("4/4",), modes=("minor", "major"), dialect="loops", rhythm="pop",
        melody=("synth lead", "square lead"), chords=("polysynth",), bass=("synth bass",), pad=("synth strings",
            "warm pad"),
        form="verse", accompaniments=("arp", "stabs"), basses=("eighths", "octaves"), drums="synthwave",
        major_loops=("I V vi IV", "I IV vi V", "I iii IV V"), minor_loops=("i VI iv V", "i VI VII i", "i iv VI V"),
        density=0.5, dynamics=0.4, mood="driving",
    ),
    Style(
        name="techno", words=("house", "edm", "dance", "trance", "club", "electronic", "rave", "electro"),
            tempo_bpm=(118, 126, 138),
        metres=("4/4",), modes=("minor", "dorian", "phrygian"), dialect="loops", rhythm="riff", melody=("synth lead",
            "square lead"),
        chords=("polysynth",), bass=("synth bass",), pad=("sweep pad", "warm pad"), form="build",
        accompaniments=("stabs", "arp"), basses=("offbeat", "octaves"), drums="four",
        major_loops=("I I IV V", "I ii IV I"), minor_loops=("i i VI VII", "i i iv i", "i VI iv i"), density=0.6,
        dynamics=0.4, mood="driving",
    ),
    Style(
        name="jazz", words=("swing", "bebop", "big band", "jazzy", "smooth jazz", "cool jazz", "standard"),
        tempo_bpm=(110, 138, 190), metres=("4/4", "3/4"), modes=("major", "minor", "dorian"), dialect="jazz",
            rhythm="swing",
        melody=("saxophone", "trumpet", "vibraphone", "clarinet"), chords=("piano", "jazz guitar"),
            bass=("double bass",),
        form="aaba", accompaniments=("charleston",), basses=("walking",), drums="swing", voices=4, swing=0.85,
        density=0.55, dynamics=0.5, mood="playful",
    ),
    Style(
        name="blues", words=("bluesy", "delta blues", "twelve-bar", "12-bar", "boogie", "boogie-woogie",
            "rhythm and blues"),
        tempo_bpm=(76, 104, 132), metres=("4/4", "12/8"), modes=("major", "minor"), dialect="blues", rhythm="swing",
        melody=("harmonica", "electric guitar", "saxophone"), chords=("hammond organ", "piano"), bass=("bass guitar",),
        form="chorus", accompaniments=("shuffle", "charleston"), basses=("boogie", "walking"), drums="shuffle",
            voices=4,
        swing=0.75, density=0.45, dynamics=0.5, mood="earthy",
    ),
    Style(
        name="bossa", words=("bossa nova", "bossanova", "samba", "brazilian", "latin", "rumba"), tempo_bpm=(112, 130,
            150),
        metres=("4/4",), modes=("major", "minor"), dialect="jazz", rhythm="syncopated", melody=("flute", "saxophone",
            "nylon guitar"),
        chords=("nylon guitar",), bass=("double bass",), form="aaba", accompaniments=("bossa",), basses=("bossa",),
        drums="bossa", voices=4, density=0.45, dynamics=0.35, mood="relaxed",
    ),
    Style(
        name="rock", words=("hard rock", "metal", "punk", "grunge", "indie", "alternative"), tempo_bpm=(104, 126, 152),
        metres=("4/4", "6/8"), modes=("major", "minor", "mixolydian"), dialect="loops", rhythm="pop",
        melody=("electric guitar", "distorted guitar"), chords=("electric guitar",), bass=("bass guitar",),
            form="verse",
        accompaniments=("rock", "eighths"), basses=("rock", "eighths"), drums="rock",
        major_loops=("I IV V IV", "I V vi IV", "I IV I V"), minor_loops=("i VI VII i", "i VII VI V", "i iv VI V"),
        density=0.55, dynamics=0.5, mood="energetic",
    ),
    Style(
        name="pop", words=("pop song", "pop ballad", "r&b", "soul", "disco", "funk", "funky", "reggae", "jingle"),
            tempo_bpm=(92, 112, 128),
        metres=("4/4",), modes=("major", "minor"), dialect="loops", rhythm="pop", melody=("piano", "synth lead",
            "electric guitar"),
        chords=("piano", "acoustic guitar"), bass=("bass guitar",), pad=("strings", "warm pad"), form="verse",
        accompaniments=("quarters", "strum"), basses=("rock", "eighths"), drums="rock",
        major_loops=("I V vi IV", "I vi IV V", "I IV vi V"), minor_loops=("i VI iv V", "i iv VI V", "i v VI V"),
        density=0.5, dynamics=0.5, mood="bright",
    ),
    Style(
        name="cinematic", words=("film", "movie", "epic", "soundtrack", "trailer", "orchestral", "score", "heroic",
            "adventure", "symphony", "symphonic"),
        tempo_bpm=(70, 92, 120), metres=("4/4", "3/4", "6/8"), modes=("minor", "major", "dorian"), dialect="loops",
        rhythm="broad", melody=("french horn", "violin", "oboe", "cello"), chords=("strings",), bass=("double bass",
            "cello"),
        pad=("choir", "strings"), counter=("cello", "violin"), form="arc", accompaniments=("ostinato", "eighths"),
        basses=("halves", "quarters"), drums="cinematic",
        major_loops=("I vi IV V", "I IV ii V", "I iii IV V"), minor_loops=("i VI iv V", "i iv VI V", "i VII VI V"),
        density=0.35, dynamics=0.9, mood="epic",
    ),
    Style(
        name="ragtime", words=("rag", "stride", "cakewalk", "joplin", "honky-tonk", "silent film"), tempo_bpm=(84,
            96, 112), metres=("2/4", "4/4"),
        modes=("major",), dialect="classical", rhythm="rag", melody=("piano", "honky-tonk piano"), chords=("piano",),
        form="march", accompaniments=("stride",), chords_per_bar=1.0, density=0.7, dynamics=0.4, mood="playful",
    ),
    Style(
        name="lullaby", words=("cradle song", "berceuse", "bedtime", "music box", "nursery"), tempo_bpm=(60, 72, 88),
        metres=("3/4", "6/8", "4/4"), modes=("major", "minor"), dialect="classical", rhythm="song",
            melody=("music box", "celesta", "flute"),
        chords=("piano", "harp"), form="aaba", accompaniments=("lullaby",), density=0.35, dynamics=0.3, mood="tender",
    ),
    Style(
        name="classical", words=("sonata", "sonatina", "mozart", "minuet", "menuet", "baroque", "string quartet",
            "chamber", "etude", "prelude", "rondo"),
        tempo_bpm=(84, 112, 144), metres=("4/4", "3/4", "2/4", "6/8"), modes=("major", "minor"), dialect="classical",
            rhythm="even",
        melody=("piano", "violin", "flute", "oboe"), chords=("piano", "strings"), bass=("cello",), form="aaba",
        accompaniments=("alberti", "quarters"), basses=("quarters", "halves"), density=0.55, dynamics=0.6,
            mood="bright",
    ),
)  # fmt: skip

STYLES: dict[str, Style] = {style.name: style for style in _STYLES}

# What is taken when no word names a style: an unpretentious piece that suits any sentence.
DEFAULT_STYLE = "classical"
