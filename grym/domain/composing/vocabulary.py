"""The words that the planner understands, as data: moods, tempi, metres, characters, ensembles.

Styles and instruments carry their own words (`styles`, `instruments`). Everything is lower case; phrases of several
words are matched before single ones. `docs` print these tables, so a word that is not here has no effect.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What a mood changes.

    Parameters
    ----------
    mode
        ``major`` or ``minor`` where the mood has one, empty otherwise.
    tempo_factor
        Faster (> 1) or slower than the style's usual tempo.
    shifts
        Added to the parameters of the style.
    group
        Moods of one group exclude each other: asking for two of them is a contradiction.
    """

    words: tuple[str, ...]
    mode: str = ""
    tempo_factor: float = 1.0
    shifts: dict[str, float] = field(default_factory=dict)
    group: str = ""


MOODS: dict[str, Mood] = {
    "calm": Mood(
        words=("calm", "peaceful", "quiet", "gentle", "soft", "serene", "tranquil", "relaxing", "soothing", "mellow",
            "still", "chill", "relaxed"),
        tempo_factor=0.93, shifts={"density": -0.12, "dynamics": -0.1}, group="energy",
    ),
    "energetic": Mood(
        words=("energetic", "upbeat", "lively", "wild", "intense", "driving", "powerful", "exciting", "frantic", "busy",
            "vigorous", "dynamic"),
        tempo_factor=1.1, shifts={"density": 0.15, "dynamics": 0.1}, group="energy",
    ),
    "sad": Mood(
        words=("sad", "melancholy", "melancholic", "mournful", "sorrowful", "lonely", "tragic", "gloomy", "wistful",
            "bittersweet", "longing", "grieving", "rainy"),
        mode="minor", tempo_factor=0.9, shifts={"brightness": -0.15, "density": -0.06}, group="valence",
    ),
    "happy": Mood(
        words=("happy", "cheerful", "joyful", "joyous", "merry", "sunny", "bright", "glad", "carefree", "festive",
            "jolly", "optimistic"),
        mode="major", tempo_factor=1.06, shifts={"brightness": 0.15, "density": 0.08}, group="valence",
    ),
    "dark": Mood(
        words=("dark", "ominous", "scary", "spooky", "sinister", "eerie", "haunted", "haunting", "brooding", "evil",
            "menacing"),
        mode="minor", tempo_factor=0.95, shifts={"brightness": -0.25, "complexity": 0.15}, group="valence",
    ),
    "mysterious": Mood(words=("mysterious", "mystery", "enigmatic", "strange", "secret"), mode="minor",
        shifts={"complexity": 0.15}),
    "epic": Mood(words=("epic", "heroic", "grand", "majestic", "proud", "triumphant", "glorious", "victorious"),
        shifts={"dynamics": 0.3, "density": 0.05}),
    "romantic": Mood(words=("romantic", "passionate", "love", "loving", "expressive", "emotional"),
        shifts={"dynamics": 0.2, "complexity": 0.1}),
    "dreamy": Mood(words=("dreamy", "dream", "floating", "ethereal", "hazy", "magical", "hypnotic"),
        tempo_factor=0.95, shifts={"density": -0.1, "brightness": 0.1}),
    "tense": Mood(words=("tense", "nervous", "suspense", "suspenseful", "anxious", "urgent"), mode="minor",
        shifts={"density": 0.1, "complexity": 0.2}),
    "angry": Mood(words=("angry", "aggressive", "furious", "brutal", "rage"), mode="minor", tempo_factor=1.1,
        shifts={"density": 0.15, "dynamics": 0.15}),
    "solemn": Mood(words=("solemn", "ceremonial", "dignified", "funeral", "noble", "stately"), tempo_factor=0.92,
        shifts={"density": -0.1}),
    "tender": Mood(words=("tender", "sweet", "delicate", "innocent", "warm", "cosy", "cozy"), mode="major",
        shifts={"density": -0.06, "dynamics": -0.05}),
    "playful": Mood(words=("playful", "funny", "quirky", "whimsical", "humorous", "silly", "comic"), mode="major",
        shifts={"density": 0.1, "brightness": 0.1}),
    "nostalgic": Mood(words=("nostalgic", "nostalgia", "memories", "autumn", "reflective", "thoughtful",
        "contemplative"), tempo_factor=0.96, shifts={"density": -0.05}),
}  # fmt: skip

# Tempo words with their usual quarter notes a minute.
TEMPO_WORDS: dict[str, float] = {
    "larghissimo": 32, "grave": 40, "largo": 50, "lento": 54, "larghetto": 62, "adagio": 66, "andante": 84,
    "andantino": 92, "moderato": 108, "allegretto": 116, "allegro": 132, "vivace": 160, "presto": 180,
    "prestissimo": 204,
}  # fmt: skip

# Words that ask for slower or faster than usual, as a factor of the style's tempo.
SLOW_WORDS: dict[str, float] = {
    "very slow": 0.68, "very slowly": 0.68, "slow": 0.8, "slowly": 0.8, "unhurried": 0.85, "leisurely": 0.88,
    "mid-tempo": 1.0, "medium tempo": 1.0,
}  # fmt: skip
FAST_WORDS: dict[str, float] = {
    "very fast": 1.45, "fast": 1.25, "quick": 1.2, "quickly": 1.2, "rapid": 1.3, "brisk": 1.15, "speedy": 1.25,
        "racing": 1.35,
    "up-tempo": 1.2, "uptempo": 1.2,
}  # fmt: skip

METRE_WORDS: dict[str, str] = {
    "waltz time": "3/4", "triple time": "3/4", "three-four": "3/4", "three four": "3/4", "three-quarter": "3/4",
    "common time": "4/4", "four-four": "4/4", "four four": "4/4", "cut time": "2/2", "alla breve": "2/2",
    "two-four": "2/4", "two four": "2/4", "six-eight": "6/8", "six eight": "6/8", "nine-eight": "9/8",
        "nine eight": "9/8",
    "twelve-eight": "12/8", "twelve eight": "12/8", "five-four": "5/4", "five four": "5/4", "seven-eight": "7/8",
    "seven eight": "7/8",
    # Dances are known by their metre (Apel 1969, "Harvard Dictionary of Music").
    "minuet": "3/4", "menuet": "3/4", "mazurka": "3/4", "sarabande": "3/4", "polonaise": "3/4", "polka": "2/4",
    "gavotte": "4/4", "tango": "4/4", "jig": "6/8", "tarantella": "6/8", "siciliana": "6/8", "barcarolle": "6/8",
}  # fmt: skip

MODE_WORDS: dict[str, str] = {
    "major": "major", "maj": "major", "dur": "major", "ionian": "major", "minor": "minor", "min": "minor",
        "moll": "minor",
    "aeolian": "minor", "dorian": "dorian", "phrygian": "phrygian", "lydian": "lydian", "mixolydian": "mixolydian",
    "locrian": "locrian",
}  # fmt: skip

# Characters: words that set a parameter, whatever the style says.
CHARACTERS: dict[str, dict[str, float]] = {
    "simple": {"complexity": 0.15, "density": 0.35}, "easy": {"complexity": 0.15}, "minimal": {"density": 0.2,
        "complexity": 0.2},
    "minimalist": {"density": 0.25, "complexity": 0.2}, "sparse": {"density": 0.15}, "complex": {"complexity": 0.9},
    "chromatic": {"complexity": 0.95}, "intricate": {"complexity": 0.85, "density": 0.75},
        "virtuosic": {"density": 0.9, "complexity": 0.8},
    "dense": {"density": 0.85}, "flowing": {"density": 0.65}, "swinging": {"swing": 0.9}, "swung": {"swing": 0.9},
        "shuffled": {"swing": 0.75},
    "straight": {"swing": 0.0}, "dramatic": {"dynamics": 0.9}, "mechanical": {"humanise": 0.0},
        "robotic": {"humanise": 0.0},
    "human": {"humanise": 0.8}, "high": {"brightness": 0.8}, "low": {"brightness": 0.2}, "deep": {"brightness": 0.15},
}  # fmt: skip

# Ensembles: who plays which role.
ENSEMBLES: dict[str, dict[str, str]] = {
    "string quartet": {"melody": "violin", "counter": "violin", "chords": "viola", "bass": "cello"},
    "wind quartet": {"melody": "flute", "counter": "oboe", "chords": "clarinet", "bass": "bassoon"},
    "brass quartet": {"melody": "trumpet", "counter": "trumpet", "chords": "french horn", "bass": "trombone"},
    "saxophone quartet": {"melody": "soprano saxophone", "counter": "saxophone", "chords": "tenor saxophone",
        "bass": "baritone saxophone"},
    "string trio": {"melody": "violin", "counter": "viola", "bass": "cello"},
    "piano trio": {"melody": "violin", "chords": "piano", "bass": "cello"},
    "piano quartet": {"melody": "violin", "counter": "viola", "chords": "piano", "bass": "cello"},
    "jazz trio": {"melody": "piano", "chords": "piano", "bass": "double bass", "drums": "drums"},
    "jazz quartet": {"melody": "saxophone", "chords": "piano", "bass": "double bass", "drums": "drums"},
    "wind quintet": {"melody": "flute", "counter": "clarinet", "chords": "french horn", "bass": "bassoon"},
    "rock band": {"melody": "electric guitar", "chords": "electric guitar", "bass": "bass guitar", "drums": "drums"},
}  # fmt: skip

# Ensembles whose players have one voice each, so that four voices are written instead of chords.
OF_VOICES = frozenset({"string quartet", "wind quartet", "brass quartet", "saxophone quartet"})

# Words that suggest a style where none is named: "an epic march" is a march.
LEANINGS: dict[str, str] = {
    "orchestral": "cinematic", "score": "cinematic", "adventure": "cinematic", "symphony": "cinematic",
    "symphonic": "cinematic", "trailer": "cinematic", "film": "cinematic", "movie": "cinematic",
    "acoustic": "folk", "campfire": "folk", "ballad": "folk", "electronic": "techno", "electro": "techno",
    "dance": "techno", "club": "techno", "atmospheric": "ambient", "drone": "ambient", "soundscape": "ambient",
    "meditation": "ambient", "meditative": "ambient", "spa": "ambient", "sleep": "ambient", "eighties": "synthwave",
    "80s": "synthwave", "cyberpunk": "synthwave", "seventies": "disco", "70s": "disco", "baroque": "classical",
    "chamber": "classical", "chamber music": "classical", "sacred": "chorale", "military": "march", "parade": "march",
    "fanfare": "march", "bedtime": "lullaby", "nursery": "lullaby", "silent film": "ragtime", "standard": "jazz",
    "romantic piano": "nocturne", "ballroom": "waltz", "study beats": "lo-fi", "driving": "synthwave",
}  # fmt: skip

ROLE_WORDS: dict[str, str] = {
    "drums": "drums", "drum": "drums", "percussion": "drums", "beat": "drums", "beats": "drums", "bass": "bass",
    "bassline": "bass", "chords": "chords", "accompaniment": "chords", "pad": "pad", "pads": "pad", "melody": "melody",
    "lead": "melody",
}  # fmt: skip

NEGATIONS = ("no", "without", "not", "minus", "lose", "skip", "never", "don't", "omit", "drop", "nothing")

# Small words without meaning here: they are not counted as outside the vocabulary.
IGNORED = (
    "a", "an", "the", "in", "of", "with", "and", "or", "for", "to", "at", "by", "on", "some", "any", "my", "me",
    "please", "make", "compose", "write", "play", "piece", "song", "music", "tune", "that", "is", "it", "as", "like",
    "about", "very", "too", "so", "from", "into", "key", "bpm", "seconds", "second", "minutes", "minute", "solo",
    "style", "mood", "feel", "tempo", "time", "i", "want", "would", "track", "instrumental", "background", "only",
    "just", "one", "two", "three", "four", "bars", "bar", "measures", "measure", "long", "length", "lasting", "lasts",
    "give", "need", "create", "generate", "should", "played", "featuring", "using", "beats", "per", "around", "loop",
    "set", "something", "let", "have", "its", "this", "mode",
)  # fmt: skip
