"""German words, by what they mean; adjectives without their endings, which the reader takes off."""

STYLES: dict[str, tuple[str, ...]] = {
    "chorale": ("choral", "kirchenlied", "kirchenchoral", "hymne", "kirchenmusik", "choräle"),
    "nocturne": ("notturno", "nachtstück", "nocturnes"),
    "waltz": ("walzer", "konzertwalzer"),
    "string quartet": ("streichquartett",),
    "ragtime": ("rag",),
    "swing": ("swingmusik",),
    "folk": ("volkslied", "volksmusik", "volkstanz", "volksweise", "volkstümlich", "irisch", "keltisch"),
    "march": ("marsch", "militärmarsch", "marschmusik", "parademarsch"),
    "ambient": ("ambientmusik", "klangteppich", "klanglandschaft", "meditationsmusik", "entspannungsmusik"),
    "techno": ("elektronisch", "technomusik", "elektronische musik"),
    "cinematic": ("filmmusik", "orchestral", "orchestermusik", "kinomusik", "soundtrack"),
    "minimalism": ("minimal music", "minimalismus", "minimalmusik"),
    "lullaby": ("wiegenlied", "schlaflied", "gutenachtlied"),
    "classical": ("klassik", "klassisch", "sonate", "sonatine", "menuett", "barock", "präludium", "kammermusik"),
    "pop": ("popsong", "popmusik", "schlager"),
    "rock": ("rockmusik", "rocksong"),
    "jazz": ("jazzmusik", "jazzig"),
    "latin": ("lateinamerikanisch",),
    "tango": ("tangos",),
}

MOODS: dict[str, tuple[str, ...]] = {
    "calm": ("ruhig", "sanft", "still", "leise", "entspannt", "friedlich", "beruhigend", "gelassen", "entspannend"),
    "energetic": ("energisch", "energiegeladen", "treibend", "kraftvoll", "mitreißend", "schwungvoll", "lebhaft"),
    "sad": ("traurig", "melancholisch", "wehmütig", "klagend", "einsam", "schwermütig"),
    "happy": ("fröhlich", "heiter", "glücklich", "sonnig", "munter", "freudig", "vergnügt", "festlich"),
    "dark": ("dunkel", "dunkl", "düster", "finster", "unheimlich", "bedrohlich", "gruselig"),
    "mysterious": ("geheimnisvoll", "mysteriös", "rätselhaft"),
    "epic": ("episch", "heroisch", "heldenhaft", "majestätisch", "triumphal", "großartig", "stolz"),
    "romantic": ("romantisch", "leidenschaftlich", "gefühlvoll"),
    "dreamy": ("verträumt", "träumerisch", "schwebend", "ätherisch"),
    "tense": ("angespannt", "spannend", "nervös", "unruhig"),
    "angry": ("wütend", "zornig", "aggressiv"),
    "solemn": ("feierlich", "würdevoll", "ernst", "getragen"),
    "tender": ("zart", "zärtlich", "süß", "innig", "lieblich"),
    "playful": ("verspielt", "spielerisch", "lustig", "witzig", "drollig"),
    "nostalgic": ("nostalgisch", "sehnsüchtig", "nachdenklich", "besinnlich"),
}

INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "piano": ("klavier", "flügel"),
    "electric piano": ("e-klavier", "elektrisches klavier"),
    "harpsichord": ("cembalo",),
    "music box": ("spieluhr", "spieldose"),
    "vibraphone": ("vibraphon", "vibrafon"),
    "marimba": ("marimbaphon",),
    "xylophone": ("xylophon", "xylofon"),
    "tubular bells": ("röhrenglocken", "glocken"),
    "organ": ("orgel", "kirchenorgel", "pfeifenorgel"),
    "hammond organ": ("hammondorgel", "hammond-orgel"),
    "accordion": ("akkordeon", "ziehharmonika"),
    "harmonica": ("mundharmonika",),
    "nylon guitar": ("konzertgitarre", "klassische gitarre", "klassischer gitarre"),
    "acoustic guitar": ("gitarre", "akustikgitarre", "akustische gitarre", "akustischer gitarre", "westerngitarre"),
    "jazz guitar": ("jazzgitarre",),
    "electric guitar": ("e-gitarre", "elektrische gitarre", "elektrischer gitarre", "elektrogitarre"),
    "distorted guitar": ("verzerrte gitarre", "verzerrter gitarre"),
    "double bass": ("kontrabass",),
    "bass guitar": ("bassgitarre", "e-bass"),
    "synth bass": ("synthbass", "synthesizerbass", "synth-bass"),
    "violin": ("geige", "violine"),
    "viola": ("bratsche",),
    "cello": ("celli",),
    "strings": ("streicher", "streichorchester", "orchester"),
    "pizzicato strings": ("gezupfte streicher", "gezupften streichern"),
    "harp": ("harfe",),
    "choir": ("chor", "chöre", "gesang"),
    "trumpet": ("trompete",),
    "trombone": ("posaune",),
    "french horn": ("waldhorn", "hörner"),
    "english horn": ("englischhorn",),
    "brass": ("blechbläser", "blechblasinstrumente", "bläser"),
    "saxophone": ("saxophon", "saxofon", "altsaxophon"),
    "tenor saxophone": ("tenorsaxophon",),
    "soprano saxophone": ("sopransaxophon",),
    "bassoon": ("fagott",),
    "clarinet": ("klarinette",),
    "piccolo": ("piccoloflöte", "pikkoloflöte"),
    "flute": ("flöte", "querflöte"),
    "recorder": ("blockflöte",),
    "pan flute": ("panflöte",),
    "synth lead": ("synthie", "synthesizern"),
    "warm pad": ("flächen", "flächenklang", "synthflächen"),
    "bagpipe": ("dudelsack",),
    "drums": ("schlagzeug", "trommel", "trommeln", "drumset", "perkussion", "schlagwerk"),
}

ENSEMBLES: dict[str, tuple[str, ...]] = {
    "string quartet": ("streichquartett",),
    "piano trio": ("klaviertrio",),
    "jazz trio": ("jazztrio",),
    "wind quartet": ("holzbläserquartett", "bläserquartett"),
    "brass quartet": ("blechbläserquartett",),
    "rock band": ("rockband",),
}

ROLES: dict[str, str] = {"bass": "bass", "begleitung": "chords", "akkorde": "chords", "melodie": "melody"}

SLOW: dict[str, float] = {
    "langsam": 0.8, "sehr langsam": 0.68, "gemächlich": 0.85, "mäßig": 1.0, "mittleres tempo": 1.0,
    "mittlerem tempo": 1.0,
}  # fmt: skip
FAST: dict[str, float] = {
    "schnell": 1.25, "sehr schnell": 1.45, "flott": 1.2, "rasch": 1.2, "zügig": 1.15, "rasant": 1.35,
}  # fmt: skip

METRES: dict[str, str] = {
    "walzertakt": "3/4", "dreivierteltakt": "3/4", "dreiviertel": "3/4", "dreiertakt": "3/4", "viervierteltakt": "4/4",
    "vierertakt": "4/4", "zweivierteltakt": "2/4", "zweiertakt": "2/4", "sechsachteltakt": "6/8",
    "neunachteltakt": "9/8", "zwölfachteltakt": "12/8", "fünfvierteltakt": "5/4", "fünfertakt": "5/4",
    "siebenachteltakt": "7/8", "siebenertakt": "7/8", "siebenvierteltakt": "7/4", "fünfachteltakt": "5/8",
    "alla-breve-takt": "2/2", "sechsviertel takt": "6/4", "sechsvierteltakt": "6/4", "marschtakt": "2/4",
}  # fmt: skip

MODES: dict[str, str] = {
    "dur": "major", "moll": "minor", "dorisch": "dorian", "phrygisch": "phrygian", "lydisch": "lydian",
    "mixolydisch": "mixolydian", "äolisch": "minor", "ionisch": "major", "lokrisch": "locrian",
}  # fmt: skip

CHARACTERS: dict[str, str] = {
    "einfach": "simple", "schlicht": "simple", "sparsam": "sparse", "minimalistisch": "minimalist",
    "komplex": "complex", "virtuos": "virtuosic", "dicht": "dense", "fließend": "flowing", "dramatisch": "dramatic",
    "mechanisch": "mechanical", "hoch": "high", "tief": "low", "swingend": "swinging", "chromatisch": "chromatic",
}  # fmt: skip

NEGATIONS = ("ohne", "kein", "keine", "keinen", "keinem", "keiner", "keinerlei", "nicht", "weder", "statt", "anstatt")
BRIDGES = ("oder", "und", "noch", "zu", "sehr", "so", "jegliche", "das", "die", "den", "ein", "eine", "einen", "irgend")
ARTICLES = ("ein", "eine", "einen", "einem", "einer", "mit")
ONLY = ("nur", "ausschließlich", "lediglich")
ALONE = ("solo", "allein", "alleine", "unbegleitet")
FOR = ("für",)
LOOPS = ("loop", "schleife", "endlosschleife")

# Heads of compounds: "Klavierstück", "Orgelmusik", "Gitarrensolo".
HEADS = (
    "stück", "musik", "melodie", "lied", "klang", "klänge", "klängen", "begleitung", "ballade", "solo", "loop", "beat",
    "groove", "spur", "trio", "satz", "sound", "thema", "walzer", "choral", "sonate", "nocturne", "improvisation",
)  # fmt: skip

# Small words without meaning here; they also tell that a sentence is German.
FUNCTION = (
    "der", "die", "das", "den", "dem", "ein", "eine", "einen", "einem", "einer", "und", "oder", "mit", "im", "in",
    "für", "von", "aus", "auf", "zu", "zum", "zur", "bei", "als", "ist", "sein", "soll", "sollte", "bitte", "mir",
    "ich", "möchte", "hätte", "gern", "gerne", "stück", "lied", "musik", "takt", "takte", "takten", "tempo", "länge",
    "lang", "lange", "etwa", "ungefähr", "schreib", "schreibe", "komponiere", "komponier", "spiele", "mache", "mach",
    "brauche", "will", "stimmung", "tonart", "stil", "instrument", "instrumente", "nach", "an", "es", "wie", "minuten",
    "minute", "sekunden", "sekunde", "schläge", "pro",
)  # fmt: skip
