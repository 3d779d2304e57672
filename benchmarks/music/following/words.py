"""How people say what they want, in English, German and French: data for the generated sentences.

Written from what one would say, before and without looking at what grym's reader knows.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "de", "fr"]
Mode = Literal["major", "minor"]

TONICS: dict[Language, dict[int, str]] = {
    "en": {0: "C", 2: "D", 3: "E flat", 4: "E", 5: "F", 6: "F sharp", 7: "G", 8: "A-flat", 9: "A", 10: "Bb", 11: "B"},
    "de": {0: "C", 2: "D", 3: "Es", 4: "E", 5: "F", 6: "Fis", 7: "G", 8: "As", 9: "A", 10: "B", 11: "H"},
    "fr": {
        0: "do", 2: "ré", 3: "mi bémol", 4: "mi", 5: "fa", 6: "fa dièse", 7: "sol", 8: "la bémol", 9: "la",
        10: "si bémol", 11: "si",
    },
}  # fmt: skip
MODES: dict[Language, dict[Mode, str]] = {
    "en": {"major": " major", "minor": " minor"},
    "de": {"major": "-Dur", "minor": "-Moll"},
    "fr": {"major": " majeur", "minor": " mineur"},
}
IN_KEY: dict[Language, str] = {"en": "in {}", "de": "in {}", "fr": "en {}"}

TEMPO: dict[Language, tuple[str, ...]] = {
    "en": ("at {} bpm", "{} bpm", "tempo {}", "at {} beats per minute", "♩ = {}"),
    "de": ("mit {} bpm", "Tempo {}", "{} Schläge pro Minute", "{} BPM"),
    "fr": ("à {} bpm", "tempo {}", "{} battements par minute", "♩ = {}"),
}
METRE: dict[Language, tuple[str, ...]] = {
    "en": ("in {}", "in {} time"),
    "de": ("im {}-Takt", "in {}"),
    "fr": ("à {}", "en {}", "mesure à {}"),
}
LENGTH: dict[Language, tuple[str, ...]] = {
    "en": ("{} seconds long", "lasting {} seconds", "about {} seconds", "length {} s", "{} seconds"),
    "de": ("{} Sekunden lang", "etwa {} Sekunden", "Länge {} Sekunden", "Dauer: {} s"),
    "fr": ("de {} secondes", "durée : {} secondes", "environ {} secondes", "{} secondes"),
}
MINUTES: dict[Language, dict[int, tuple[str, ...]]] = {
    "en": {60: ("one minute long", "a minute long", "1 minute"), 90: ("a minute and a half", "1:30 long"),
           120: ("two minutes long", "2 minutes")},
    "de": {60: ("eine Minute lang", "1 Minute"), 90: ("anderthalb Minuten lang",), 120: ("zwei Minuten lang",)},
    "fr": {60: ("d'une minute", "1 minute"), 90: ("d'une minute et demie",), 120: ("de deux minutes",)},
}  # fmt: skip
LOOP: dict[Language, tuple[str, ...]] = {
    "en": ("as a {}-bar loop", "a loop of {} bars", "{} bars, looped"),
    "de": ("als Loop von {} Takten", "Loop, {} Takte"),
    "fr": ("en boucle de {} mesures", "boucle de {} mesures"),
}
DRUMS: dict[Language, dict[bool, tuple[str, ...]]] = {
    "en": {True: ("with drums", "and drums"), False: ("without drums", "no drums", "no percussion please")},
    "de": {True: ("mit Schlagzeug",), False: ("ohne Schlagzeug", "bitte kein Schlagzeug")},
    "fr": {True: ("avec batterie", "avec une batterie"), False: ("sans batterie", "sans percussions")},
}
FOR: dict[Language, str] = {"en": "for {}", "de": "für {}", "fr": "pour {}"}
AND: dict[Language, str] = {"en": " and ", "de": " und ", "fr": " et "}
SOLO: dict[Language, tuple[str, ...]] = {
    "en": ("for solo {}", "for {} alone", "for unaccompanied {}"),
    "de": ("für {} solo", "für {} allein"),
    "fr": ("pour {} seul", "pour {} solo"),
}
OPENINGS: dict[Language, tuple[str, ...]] = {
    "en": ("{}", "compose {}", "I'd like {}", "please write me {}", "{}, please", "could you make {}?"),
    "de": ("{}", "bitte {}", "ich hätte gern {}", "komponiere {}", "schreib mir {}"),
    "fr": ("{}", "compose {}", "je voudrais {}", "écris-moi {}", "{}, s'il te plaît"),
}
MOODS: dict[Language, tuple[str, ...]] = {
    "en": ("calm", "happy", "gentle", "dark", "cheerful", "melancholy", "dreamy", "solemn"),
    "de": (),
    "fr": (),
}
"""Where an adjective stands before the noun without another ending; not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """A style that is asked for.

    Parameters
    ----------
    accepted
        Names of styles that meet it.
    metres, tempi_bpm
        What may be asked of it together.
    names
        By language, with the indefinite article in the accusative.
    players
        Instruments that one may want for it.
    drums
        Whether drums may be asked for.
    """

    accepted: frozenset[str]
    metres: tuple[str, ...]
    tempi_bpm: tuple[int, int]
    names: dict[Language, tuple[str, ...]]
    players: tuple[str, ...]
    drums: bool = False


def _genre(
    accepted: str, metres: str, tempi_bpm: tuple[int, int], names: tuple[str, str, str], players: str, *, drums: bool
) -> Genre:
    en, de, fr = names
    return Genre(
        accepted=frozenset(accepted.split(",")),
        metres=tuple(metres.split()),
        tempi_bpm=tempi_bpm,
        names={"en": tuple(en.split("|")), "de": tuple(de.split("|")), "fr": tuple(fr.split("|"))},
        players=tuple(players.split(",")),
        drums=drums,
    )


CLASSICAL = "piano,violin,cello,flute,clarinet,oboe"
GENRES = (
    _genre("waltz", "3/4", (120, 190), ("a waltz", "einen Walzer", "une valse"), CLASSICAL, drums=False),
    _genre(
        "march", "2/4 4/4", (100, 126), ("a march", "einen Marsch", "une marche"), "trumpet,clarinet,flute", drums=True
    ),
    _genre("chorale", "4/4 3/4", (56, 90), ("a chorale", "einen Choral", "un choral"), "organ,choir", drums=False),
    _genre(
        "folk", "4/4 3/4 2/4", (80, 138), ("a folk song", "ein Volkslied", "une chanson folklorique"),
        "violin,flute,guitar,accordion", drums=False,
    ),
    _genre("nocturne", "4/4 3/4", (54, 84), ("a nocturne", "ein Nocturne", "un nocturne"), "piano", drums=False),
    _genre("ragtime", "2/4 4/4", (80, 112), ("a ragtime", "einen Ragtime", "un ragtime"), "piano", drums=False),
    _genre(
        "lullaby", "3/4 4/4", (56, 88), ("a lullaby", "ein Wiegenlied", "une berceuse"), "piano,flute,harp,violin",
        drums=False,
    ),
    _genre(
        "jazz,swing", "4/4 3/4", (100, 190), ("a jazz tune|a swing piece", "ein Jazzstück", "un morceau de jazz"),
        "saxophone,piano,trumpet,clarinet", drums=True,
    ),
    _genre("blues", "4/4", (70, 130), ("a blues", "einen Blues", "un blues"), "guitar,piano,saxophone", drums=True),
    _genre(
        "bossa", "4/4", (110, 150), ("a bossa nova", "einen Bossa nova", "une bossa nova"), "flute,guitar,saxophone",
        drums=True,
    ),
    _genre(
        "rock", "4/4", (100, 150), ("a rock song", "ein Rockstück", "un morceau de rock"), "guitar,piano", drums=True
    ),
    _genre("pop", "4/4", (90, 128), ("a pop song", "einen Popsong", "une chanson pop"), "piano,guitar", drums=True),
    _genre(
        "ambient", "4/4 3/4", (54, 84), ("an ambient piece", "ein Ambient-Stück", "un morceau ambient"),
        "piano,flute,harp", drums=False,
    ),
    _genre(
        "lo-fi", "4/4", (68, 92), ("a lo-fi beat", "einen Lo-Fi-Beat", "un morceau lo-fi"), "piano,guitar", drums=True
    ),
    _genre("techno", "4/4", (118, 140), ("a techno track", "einen Techno-Track", "un morceau techno"), "", drums=True),
    _genre(
        "synthwave", "4/4", (86, 124), ("a synthwave track", "ein Synthwave-Stück", "un morceau synthwave"), "",
        drums=True,
    ),
    _genre(
        "cinematic", "4/4 3/4", (66, 124), ("a cinematic piece", "ein Filmmusik-Stück", "une musique de film"),
        "strings,horn,cello,piano", drums=True,
    ),
    _genre(
        "classical", "4/4 3/4 2/4", (80, 144),
        ("a classical piece", "ein klassisches Stück", "un morceau classique"), CLASSICAL, drums=False,
    ),
    _genre(
        "quartet,string quartet,classical", "4/4 3/4 2/4", (80, 140),
        ("a string quartet", "ein Streichquartett", "un quatuor à cordes"), "", drums=False,
    ),
)  # fmt: skip

INSTRUMENTS: dict[str, dict[Language, str]] = {
    "piano": {"en": "piano", "de": "Klavier", "fr": "piano"},
    "violin": {"en": "violin", "de": "Geige", "fr": "violon"},
    "cello": {"en": "cello", "de": "Cello", "fr": "violoncelle"},
    "flute": {"en": "flute", "de": "Flöte", "fr": "flûte"},
    "clarinet": {"en": "clarinet", "de": "Klarinette", "fr": "clarinette"},
    "oboe": {"en": "oboe", "de": "Oboe", "fr": "hautbois"},
    "trumpet": {"en": "trumpet", "de": "Trompete", "fr": "trompette"},
    "organ": {"en": "organ", "de": "Orgel", "fr": "orgue"},
    "choir": {"en": "choir", "de": "Chor", "fr": "chœur"},
    "guitar": {"en": "guitar", "de": "Gitarre", "fr": "guitare"},
    "accordion": {"en": "accordion", "de": "Akkordeon", "fr": "accordéon"},
    "harp": {"en": "harp", "de": "Harfe", "fr": "harpe"},
    "saxophone": {"en": "saxophone", "de": "Saxophon", "fr": "saxophone"},
    "strings": {"en": "strings", "de": "Streicher", "fr": "cordes"},
    "horn": {"en": "french horn", "de": "Horn", "fr": "cor"},
}
PROGRAMS: dict[str, frozenset[int]] = {
    "piano": frozenset({0, 1, 2}),
    "violin": frozenset({40}),
    "cello": frozenset({42}),
    "flute": frozenset({73}),
    "clarinet": frozenset({71}),
    "oboe": frozenset({68}),
    "trumpet": frozenset({56}),
    "organ": frozenset({16, 17, 18, 19, 20}),
    "choir": frozenset({52, 53, 54}),
    "guitar": frozenset(range(24, 32)),
    "accordion": frozenset({21}),
    "harp": frozenset({46}),
    "saxophone": frozenset({64, 65, 66, 67}),
    "strings": frozenset({40, 41, 42, 43, 44, 45, 48, 49, 50, 51}),
    "horn": frozenset({60}),
}
"""General MIDI programs (from 0) that are the instrument."""

ALONE = frozenset({"piano", "violin", "cello", "flute", "clarinet", "guitar", "organ", "harp", "accordion"})
"""Instruments that one asks for alone."""
