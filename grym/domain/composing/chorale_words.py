"""The vocabulary of the chorale: a chord on every beat, in root position and inversions, with applied dominants.

The order of functions is that of the textbooks (tonic, predominant, dominant; Kostka and Payne 2008, ch. 7 to 9); how
often each chord is used was weighed against counts of sixteen-bar windows of Bach's chorales (two fifths of all
chords inverted, one in ten applied to another degree). Phrases end on any degree of a closely related key, prepared
by its dominant (Kostka and Payne 2008, ch. 16).
"""

from collections.abc import Mapping

from grym.domain.composing.progressions import Table

WORDS: Mapping[str, Table] = {
    "major": {
        "I": {"I:1": 3, "IV": 3, "IV:1": 1.5, "V": 3, "V:1": 2.5, "vi": 2.5, "ii7:1": 1.5, "ii": 1.2, "ii:1": 1,
              "vii°:1": 1.6, "V7:1": 1.2, "V7/IV": 0.7, "V7/V:1": 0.5, "V7/vi:1": 0.4, "iii": 0.3, "I": 0.6,
              "V7/ii:1": 0.4},
        "I:1": {"IV": 3, "I": 2.5, "ii": 1, "ii7:1": 1.5, "ii:1": 1, "V": 1.5, "V7": 0.5, "vii°:1": 1, "V7:1": 0.6,
                "V7/IV": 0.5, "V7/V:1": 0.5, "V7/ii:1": 0.4, "vi": 0.6},
        "ii": {"V": 4, "V7": 2, "V:1": 0.8, "vii°:1": 1, "ii:1": 0.8, "V7:1": 0.6, "V7/V": 0.5},
        "ii:1": {"V": 4, "V7": 2, "vii°:1": 0.5, "V7:3": 0.6},
        "ii7:1": {"V": 5, "V7": 2, "V7:3": 0.5, "vii°:1": 0.5},
        "iii": {"vi": 3, "IV": 3, "IV:1": 0.5},
        "IV": {"I": 2, "I:1": 2, "V": 3, "V7": 0.7, "ii": 0.7, "ii7:1": 2, "vii°:1": 1, "V7:3": 0.7, "V:1": 0.8,
               "IV:1": 0.6, "V7/V:1": 0.6},
        "IV:1": {"V": 3, "V7:1": 1, "V:1": 0.8, "I:1": 0.7, "IV": 0.8, "vii°:1": 0.5},
        "V": {"I": 5, "vi": 2, "I:1": 1.2, "V7": 0.8, "V7:3": 1.2, "IV:1": 0.8, "V:1": 0.7, "V7/vi": 0.3,
              "V7/vi:1": 0.4},
        "V7": {"I": 6, "vi": 1.2},
        "V:1": {"I": 5, "V": 0.6, "vi": 0.6},
        "V7:1": {"I": 6},
        "V7:3": {"I:1": 6},
        "vi": {"ii": 1.5, "ii:1": 1.2, "ii7:1": 2.5, "IV": 2.5, "V": 1.5, "V:1": 1.2, "I:1": 0.8, "V7/V": 1,
               "V7/V:1": 0.6, "iii": 0.4, "vii°:1": 0.5, "V7/ii:1": 0.5},
        "vii°:1": {"I": 4, "I:1": 3, "vi": 0.3},
        "V7/V": {"V": 6, "V:1": 0.6, "V7:3": 0.4},
        "V7/V:1": {"V": 6},
        "V7/vi": {"vi": 6, "IV:1": 0.4},
        "V7/vi:1": {"vi": 6},
        "V7/ii": {"ii": 6},
        "V7/ii:1": {"ii": 6},
        "V7/IV": {"IV": 6, "IV:1": 0.4},
    },
    "minor": {
        "i": {"i:1": 3, "iv": 2.5, "iv:1": 1.5, "V": 3, "V:1": 2, "VI": 2, "iiø7:1": 2, "vii°:1": 1.6, "V7:1": 1.2,
              "VII": 1.5, "III": 1.2, "III:1": 0.5, "v:1": 0.6, "V7/iv": 0.6, "i": 0.6, "V7/III:1": 0.5},
        "i:1": {"iv": 2.5, "i": 2.5, "iiø7:1": 2, "V": 1.8, "vii°:1": 1, "V7": 0.5, "VI": 0.7, "III": 0.5},
        "ii°:1": {"V": 4, "V7": 2},
        "iiø7:1": {"V": 6, "V7": 2, "V7:3": 0.5},
        "III": {"VI": 2.5, "iv": 2.5, "VII": 1.5, "VII:1": 1, "i": 1, "iiø7:1": 1, "III:1": 1, "V7/III": 0.6},
        "III:1": {"iv": 2, "VI": 2, "VII": 1, "III": 1},
        "iv": {"V": 3, "i": 1.5, "i:1": 1.5, "iiø7:1": 2, "V7": 0.7, "VII": 1.2, "vii°:1": 1, "V7:3": 0.6, "iv:1": 0.6},
        "iv:1": {"V": 5, "v:1": 0.3, "V7:1": 0.5, "iv": 0.5, "VII": 0.5},
        "v:1": {"iv:1": 4, "VI": 3},
        "V": {"i": 5, "VI": 2, "i:1": 1.2, "V7": 0.8, "V7:3": 1, "V:1": 0.7},
        "V7": {"i": 6, "VI": 1.2},
        "V:1": {"i": 5},
        "V7:1": {"i": 6},
        "V7:3": {"i:1": 6},
        "VI": {"iiø7:1": 2.5, "iv": 2, "V": 1.5, "VII": 1.5, "ii°:1": 1.5, "III": 0.7, "vii°:1": 0.5, "III:1": 0.5},
        "vii°:1": {"i": 4, "i:1": 3},
        "VII": {"III": 4, "i": 0.7, "III:1": 0.7, "VI": 0.6, "VII:1": 0.6},
        "VII:1": {"III": 4, "i": 0.5},
        "V7/III": {"III": 6},
        "V7/III:1": {"III": 6},
        "V7/iv": {"iv": 6},
        "V7/VI": {"VI": 6},
    },
}  # fmt: skip

# What may end a line, by kind of close: (last chord but one, last chord) and what the ending costs, in the currency of
# `harmonising`.
ENDINGS: Mapping[str, Mapping[str, Mapping[tuple[str, str], float]]] = {
    "major": {
        "authentic": {("V", "I"): 0.0, ("V7", "I"): 0.0, ("vii°:1", "I"): 3.0, ("IV", "I"): 4.0},
        "half": {("V7/V", "V"): 0.5, ("V7/V:1", "V"): 1.5, ("IV", "V"): 0.5, ("I", "V"): 0.5, ("ii", "V"): 1.0,
                 ("ii:1", "V"): 0.5, ("vi", "V"): 1.0, ("IV:1", "V"): 0.7},
        "deceptive": {("V", "vi"): 0.0, ("V7", "vi"): 0.0},
    },
    "minor": {
        "authentic": {("V", "i"): 0.0, ("V7", "i"): 0.0, ("vii°:1", "i"): 3.0},
        "half": {("iv", "V"): 0.5, ("iv:1", "V"): 0.3, ("VI", "V"): 1.0, ("i", "V"): 0.7, ("iiø7:1", "V"): 0.7,
                 ("i:1", "V"): 0.8},
        "deceptive": {("V", "VI"): 0.0, ("V7", "VI"): 0.0},
    },
}  # fmt: skip
