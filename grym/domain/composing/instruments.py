"""The instruments as data: General MIDI program, comfortable range, and the words that ask for them.

Ranges are sounding MIDI pitches a good amateur plays with ease (Adler 2002, "The Study of Orchestration"), not the
limits of the instrument.
"""

from dataclasses import dataclass

from grym.domain.composing.score import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """An instrument of the vocabulary.

    Parameters
    ----------
    low, high
        Comfortable range as MIDI pitches.
    words
        Further words and phrases that ask for it, lower case.
    rings
        Whether notes go on sounding after they are struck (piano, harp), so that accompaniments may let them ring.
    role
        The role that a wish for this instrument means.
    """

    name: str
    program: int
    low: int
    high: int
    role: Role = "melody"
    rings: bool = False
    percussion: bool = False
    words: tuple[str, ...] = ()


_VOICES = (
    Voice(name="piano", program=0, low=36, high=93, rings=True, words=("grand piano", "pianoforte", "keys")),
    Voice(name="honky-tonk piano", program=3, low=36, high=91, rings=True, words=("honky tonk", "saloon piano")),
    Voice(name="electric piano", program=4, low=40, high=88, rings=True, words=("rhodes", "e-piano", "wurlitzer")),
    Voice(name="harpsichord", program=6, low=36, high=86, words=("cembalo",)),
    Voice(name="clavinet", program=7, low=36, high=86, words=("clavi",)),
    Voice(name="celesta", program=8, low=60, high=98, rings=True),
    Voice(name="glockenspiel", program=9, low=67, high=96, rings=True),
    Voice(name="music box", program=10, low=60, high=96, rings=True, words=("musicbox",)),
    Voice(name="vibraphone", program=11, low=53, high=86, rings=True, words=("vibes",)),
    Voice(name="marimba", program=12, low=48, high=88),
    Voice(name="xylophone", program=13, low=65, high=96),
    Voice(name="tubular bells", program=14, low=59, high=77, rings=True, words=("chimes", "bells")),
    Voice(name="dulcimer", program=15, low=55, high=86, rings=True),
    Voice(name="organ", program=19, low=36, high=86, words=("church organ", "pipe organ")),
    Voice(name="hammond organ", program=16, low=40, high=86, words=("hammond", "drawbar organ")),
    Voice(name="accordion", program=21, low=53, high=86),
    Voice(name="bandoneon", program=23, low=53, high=88, words=("tango accordion",)),
    Voice(name="harmonica", program=22, low=60, high=88, words=("blues harp",)),
    Voice(name="nylon guitar", program=24, low=40, high=79, rings=True, words=("classical guitar", "spanish guitar")),
    Voice(name="acoustic guitar", program=25, low=40, high=79, rings=True, words=("guitar", "steel guitar", "guitars")),
    Voice(name="jazz guitar", program=26, low=40, high=79),
    Voice(name="electric guitar", program=27, low=40, high=82, words=("clean guitar",)),
    Voice(name="distorted guitar", program=30, low=40, high=80, words=("distortion", "heavy guitar", "metal guitar")),
    Voice(name="double bass", program=32, low=28, high=55, role="bass", words=("upright bass", "contrabass")),
    Voice(name="bass guitar", program=33, low=28, high=55, role="bass", words=("bass", "electric bass")),
    Voice(name="slap bass", program=36, low=28, high=55, role="bass"),
    Voice(name="fretless bass", program=35, low=28, high=55, role="bass", words=("fretless",)),
    Voice(name="synth bass", program=38, low=26, high=55, role="bass", words=("808", "sub bass")),
    Voice(name="violin", program=40, low=55, high=91, words=("fiddle", "violins")),
    Voice(name="viola", program=41, low=48, high=81),
    Voice(name="cello", program=42, low=36, high=72, words=("violoncello", "cellos")),
    Voice(
        name="strings",
        program=48,
        low=40,
        high=86,
        role="pad",
        words=("string section", "string orchestra", "orchestra"),
    ),
    Voice(name="pizzicato strings", program=45, low=40, high=84, role="chords", words=("pizzicato",)),
    Voice(name="harp", program=46, low=36, high=91, role="chords", rings=True),
    Voice(name="choir", program=52, low=48, high=79, role="pad", words=("voices", "vocals")),
    Voice(name="trumpet", program=56, low=55, high=82),
    Voice(name="muted trumpet", program=59, low=55, high=82),
    Voice(name="trombone", program=57, low=41, high=70),
    Voice(name="tuba", program=58, low=29, high=53, role="bass"),
    Voice(name="french horn", program=60, low=43, high=74, words=("horn", "horns")),
    Voice(name="brass", program=61, low=43, high=79, words=("brass section", "brass band")),
    Voice(name="soprano saxophone", program=64, low=57, high=86),
    Voice(name="saxophone", program=65, low=50, high=81, words=("sax", "alto sax", "alto saxophone")),
    Voice(name="tenor saxophone", program=66, low=44, high=76, words=("tenor sax",)),
    Voice(name="baritone saxophone", program=67, low=37, high=69, words=("baritone sax", "bari sax")),
    Voice(name="oboe", program=68, low=58, high=86),
    Voice(name="english horn", program=69, low=52, high=81, words=("cor anglais",)),
    Voice(name="bassoon", program=70, low=36, high=67),
    Voice(name="clarinet", program=71, low=52, high=86),
    Voice(name="piccolo", program=72, low=74, high=102),
    Voice(name="flute", program=73, low=60, high=93),
    Voice(name="recorder", program=74, low=60, high=89),
    Voice(name="pan flute", program=75, low=60, high=88, words=("panpipes",)),
    Voice(name="shakuhachi", program=77, low=55, high=84),
    Voice(name="ocarina", program=79, low=60, high=84),
    Voice(name="tin whistle", program=78, low=62, high=90, words=("whistle", "penny whistle")),
    Voice(
        name="synth lead",
        program=81,
        low=48,
        high=88,
        words=("lead synth", "synth", "synthesizer", "synthesiser", "saw lead"),
    ),
    Voice(name="square lead", program=80, low=48, high=88, words=("chiptune", "8-bit", "8 bit")),
    Voice(name="warm pad", program=89, low=40, high=84, role="pad", words=("pad", "pads", "synth pad")),
    Voice(name="sweep pad", program=95, low=40, high=84, role="pad"),
    Voice(name="synth strings", program=50, low=40, high=84, role="pad"),
    Voice(name="polysynth", program=90, low=43, high=84, role="chords"),
    Voice(name="sitar", program=104, low=48, high=77),
    Voice(name="banjo", program=105, low=48, high=79, role="chords"),
    Voice(name="koto", program=107, low=50, high=81, rings=True),
    Voice(name="steel drums", program=114, low=53, high=84, rings=True, words=("steel pan", "steelpan")),
    Voice(name="kalimba", program=108, low=60, high=88, rings=True),
    Voice(name="bagpipe", program=109, low=57, high=81, words=("bagpipes",)),
    Voice(
        name="drums",
        program=0,
        low=35,
        high=81,
        role="drums",
        percussion=True,
        words=("drum kit", "percussion", "drum", "beat", "beats"),
    ),
)

VOICES: dict[str, Voice] = {voice.name: voice for voice in _VOICES}


def voice_of_program(program: int, *, percussion: bool) -> Voice:
    """Return the vocabulary's instrument of a General MIDI program; unknown programs get the range of a piano."""
    if percussion:
        return VOICES["drums"]
    for voice in _VOICES:
        if voice.program == program and not voice.percussion:
            return voice
    piano = VOICES["piano"]
    return Voice(name=f"program {program}", program=program, low=piano.low, high=piano.high)
