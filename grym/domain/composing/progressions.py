"""Harmonic vocabularies as data: which chord follows which, how phrases end, and how chords are coloured.

The functional tables weigh the usual root progressions (Piston 1987, ch. 3, "Table of usual root progressions")
inside the order tonic, predominant, dominant, tonic (Kostka and Payne 2008, ch. 7); the modal tables keep each mode's
characteristic degree at its cadences (Persichetti 1961, ch. 2). Cadences follow Caplin 1998, ch. 4.
"""

from collections.abc import Mapping

Table = Mapping[str, Mapping[str, float]]

TABLES: dict[str, Table] = {
    "major": {
        "I": {
            "I": 0.5,
            "IV": 3,
            "V": 2,
            "V7": 1.5,
            "V7:1": 1,
            "vi": 2.5,
            "ii": 2,
            "iii": 0.5,
            "I:1": 1,
            "V:1": 0.6,
            "V7:2": 0.7,
            "vii°7": 0.3,
        },
        "I:1": {"IV": 3, "ii": 2, "V": 2},
        "ii": {"V": 4, "V7": 3, "vii°:1": 0.7, "IV": 0.3, "ii7:1": 0.5},
        "ii:1": {"V": 3, "V7": 3},
        "ii7:1": {"V": 3, "V7": 3},
        "iii": {"vi": 4, "IV": 3},
        "IV": {"V": 3, "I": 2, "ii": 1.5, "I:1": 1, "V7": 2, "ii7:1": 0.7},
        "V": {"I": 5, "vi": 1.5, "I:1": 1, "IV:1": 0.3},
        "V7": {"I": 6, "vi": 1},
        "V:1": {"I": 5, "vi": 0.5},
        "V7:1": {"I": 6},
        "V7:2": {"I": 4, "I:1": 3},
        "vii°7": {"I": 6},
        "vi": {"ii": 3, "IV": 3, "V": 0.6, "V7": 0.6, "ii:1": 1.5},
        "vii°:1": {"I": 4, "I:1": 2},
        "IV:1": {"V": 3, "V7": 1},
    },
    "minor": {
        "i": {
            "i": 0.5,
            "iv": 3,
            "V": 2,
            "V7": 1.5,
            "V7:1": 1,
            "VI": 2,
            "ii°:1": 1.5,
            "i:1": 1,
            "V:1": 0.6,
            "VII": 0.5,
            "vii°7": 0.7,
        },
        "i:1": {"iv": 3, "ii°:1": 2, "V": 2},
        "ii°:1": {"V": 4, "V7": 3},
        "III": {"VI": 3, "iv": 3},
        "iv": {"V": 3, "i": 2, "ii°:1": 1, "i:1": 1, "V7": 2, "iiø7:1": 0.7},
        "iiø7:1": {"V": 3, "V7": 3},
        "V": {"i": 5, "VI": 1.5, "i:1": 1},
        "V7": {"i": 6, "VI": 1},
        "V:1": {"i": 5},
        "V7:1": {"i": 6},
        "vii°7": {"i": 6},
        "VI": {"iv": 3, "ii°:1": 3, "V": 2},
        "VII": {"III": 3, "i": 1},
    },
    "folk-major": {
        "I": {"I": 4, "IV": 3.5, "V": 4, "vi": 0.8, "ii": 0.5},
        "ii": {"V": 5, "IV": 1},
        "IV": {"I": 5, "V": 3, "ii": 0.3},
        "V": {"I": 5, "IV": 1.5, "vi": 1},
        "vi": {"IV": 4, "V": 2, "I": 1, "ii": 1},
    },
    "folk-minor": {
        "i": {"i": 4, "iv": 2.5, "V": 2.5, "VII": 2.5, "VI": 1.2},
        "iv": {"i": 4, "V": 4},
        "V": {"i": 5, "VI": 1},
        "VI": {"VII": 3, "iv": 2, "V": 2},
        "VII": {"i": 5, "VI": 1, "III": 0.5},
        "III": {"VII": 3, "iv": 2},
    },
    # ii-V-I and its kin, turnarounds, the tritone substitute and the back door (Levine 1995, ch. 2 and 11).
    "jazz-major": {
        "Imaj7": {"Imaj7": 1.5, "vi7": 2.5, "ii7": 3, "IVmaj7": 2, "iii7": 1.2, "V7/ii": 1.2},
        "ii7": {"V7": 6, "bII7": 0.8},
        "iii7": {"vi7": 3, "V7/ii": 2},
        "IVmaj7": {"Imaj7": 2, "iii7": 1.2, "ii7": 1.5, "bVII7": 1, "iv6": 0.8},
        "iv6": {"Imaj7": 3, "bVII7": 1.5},
        "V7": {"Imaj7": 6, "iii7": 0.8, "vi7": 0.6},
        "bII7": {"Imaj7": 6},
        "vi7": {"ii7": 5, "IVmaj7": 1, "V7/V": 0.3},
        "bVII7": {"Imaj7": 5},
        "V7/ii": {"ii7": 6},
        "V7/V": {"ii7": 2, "V7": 3},
    },
    "jazz-minor": {
        "i6": {"i6": 0.7, "iiø7": 3, "iv7": 2.5, "VImaj7": 2, "i7": 1},
        "i7": {"iv7": 3, "VImaj7": 1.5, "iiø7": 2},
        "iiø7": {"V7": 6, "bII7": 0.6},
        "IIImaj7": {"VImaj7": 4, "iiø7": 1},
        "iv7": {"VII7": 2, "V7": 2, "i6": 1.5, "iiø7": 1},
        "V7": {"i6": 6, "VImaj7": 0.8},
        "bII7": {"i6": 6},
        "VImaj7": {"iiø7": 4, "iv7": 1, "V7": 1},
        "VII7": {"IIImaj7": 5},
    },
    "dorian": {
        "i": {"i": 0.5, "IV": 5, "VII": 3, "ii": 1, "v": 1.5},
        "ii": {"i": 2, "v": 2, "IV": 1},
        "IV": {"i": 5, "VII": 2, "v": 1},
        "v": {"i": 4, "IV": 2},
        "VII": {"i": 4, "IV": 3},
    },
    "phrygian": {
        "i": {"i": 0.5, "II": 5, "iv": 2, "VII": 1.5, "VI": 1},
        "II": {"i": 6, "VII": 1},
        "iv": {"i": 2, "II": 3},
        "VI": {"II": 3, "VII": 2},
        "VII": {"i": 3, "VI": 2},
    },
    "lydian": {
        "I": {"I": 0.5, "II": 5, "V": 3, "vi": 1, "iii": 0.7},
        "II": {"I": 4, "V": 3, "iii": 0.5},
        "iii": {"vi": 2, "II": 2},
        "V": {"I": 5, "II": 1},
        "vi": {"II": 3, "V": 2},
    },
    "mixolydian": {
        "I": {"I": 0.5, "VII": 5, "IV": 4, "v": 1.5, "ii": 0.7},
        "ii": {"v": 2, "VII": 2},
        "IV": {"I": 5, "VII": 2},
        "v": {"I": 2, "IV": 2, "VII": 2},
        "VII": {"I": 3, "IV": 4},
    },
    "locrian": {
        "i°": {"i°": 1, "II": 4, "VI": 3, "iii": 1},
        "II": {"i°": 5, "iii": 1},
        "iii": {"VI": 2, "i°": 2},
        "VI": {"i°": 3, "II": 3},
    },
}

# How phrases end, by table: the last chords of an authentic, half, deceptive and plagal ending.
CADENCES: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "major": {
        "authentic": (("ii:1", "V7", "I"), ("IV", "V7", "I"), ("ii", "V7", "I")),
        "half": (("I", "V"), ("ii", "V"), ("IV", "V"), ("vi", "V"), ("V7/V", "V"), ("V7/V:1", "V"), ("vii°7/V", "V")),
        "deceptive": (("V7", "vi"),),
        "plagal": (("IV", "I"),),
    },
    "minor": {
        "authentic": (("ii°:1", "V7", "i"), ("iv", "V7", "i"), ("VI", "V7", "i")),
        "half": (("i", "V"), ("iv", "V"), ("VI", "V"), ("ii°:1", "V"), ("vii°7/V", "V"), ("iv:1", "V")),
        "deceptive": (("V7", "VI"),),
        "plagal": (("iv", "i"),),
    },
    "folk-major": {"authentic": (("IV", "V", "I"), ("V", "I"), ("ii", "V", "I")), "half": (("I", "V"), ("IV", "V"))},
    "folk-minor": {"authentic": (("iv", "V", "i"), ("VI", "V", "i")), "half": (("i", "V"), ("iv", "V"))},
    "jazz-major": {
        "authentic": (("ii7", "V7", "Imaj7"), ("ii7", "V7", "I6"), ("ii7", "bII7", "Imaj7"), ("iv6", "bVII7", "Imaj7")),
        "half": (("ii7", "V7"), ("Imaj7", "ii7", "V7"), ("IVmaj7", "V7")),
        "deceptive": (("V7", "vi7"), ("V7", "iii7")),
    },
    "jazz-minor": {
        "authentic": (("iiø7", "V7", "i6"), ("iv7", "V7", "i6"), ("iiø7", "bII7", "i6")),
        "half": (("iiø7", "V7"), ("VImaj7", "V7")),
        "deceptive": (("V7", "VImaj7"),),
    },
    "dorian": {"authentic": (("VII", "IV", "i"), ("IV", "i"), ("v", "i")), "half": (("i", "IV"), ("i", "v"))},
    "phrygian": {"authentic": (("VII", "II", "i"), ("iv", "II", "i")), "half": (("i", "II"),)},
    "lydian": {"authentic": (("II", "V", "I"), ("V", "II", "I")), "half": (("I", "II"), ("I", "V"))},
    "mixolydian": {"authentic": (("IV", "VII", "I"), ("v", "VII", "I")), "half": (("I", "VII"), ("I", "IV"))},
    "locrian": {"authentic": (("VI", "II", "i°"),), "half": (("i°", "II"),)},
}

# Jazz colours every degree with its seventh (Levine 1995, ch. 2).
SEVENTHS: dict[str, dict[str, str]] = {
    "major": {
        "I": "Imaj7", "I:1": "iii7", "ii": "ii7", "ii:1": "ii9", "iii": "iii7", "IV": "IVmaj7", "IV:1": "ii7",
        "V": "V7", "V:1": "V9", "V7": "V9", "vi": "vi7", "vii°:1": "viiø7",
    },
    "minor": {
        "i": "i7", "i:1": "i9", "ii°:1": "iiø7", "III": "IIImaj7", "iv": "iv7", "V": "V7", "V:1": "V7",
        "VI": "VImaj7", "VII": "VII7",
    },
    "dorian": {"i": "i9", "ii": "ii7", "IV": "IV7", "v": "v7", "VII": "VIImaj7"},
    "phrygian": {"i": "i7", "II": "IImaj7", "iv": "iv7", "VI": "VImaj7", "VII": "vii7"},
    "lydian": {"I": "Imaj7", "II": "II7", "iii": "iii7", "V": "Vmaj7", "vi": "vi7"},
    "mixolydian": {"I": "I7", "ii": "ii7", "IV": "IVmaj7", "v": "v7", "VII": "VIImaj7"},
}  # fmt: skip

# Blues choruses by length in bars, one chord a bar (Jaffe 1996, ch. 5).
BLUES: dict[str, dict[int, str]] = {
    "major": {
        12: "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
        8: "I7 V7 IV7 IV7 I7 V7 I7 V7",
        4: "I7 IV7 I7 V7",
    },
    "minor": {
        12: "i7 iv7 i7 i7 iv7 iv7 i7 i7 VI7 V7 i7 V7",
        8: "i7 i7 iv7 iv7 i7 V7 i7 V7",
        4: "i7 iv7 i7 V7",
    },
}
