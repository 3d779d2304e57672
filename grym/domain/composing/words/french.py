"""French words, by what they mean; feminine and plural forms are found by the reader where they only add letters."""

STYLES: dict[str, tuple[str, ...]] = {
    "chorale": ("choral", "cantique", "hymne", "chant religieux", "musique sacrée"),
    "nocturne": ("nocturnes",),
    "waltz": ("valse", "valse musette", "musette"),
    "string quartet": ("quatuor à cordes",),
    "swing": ("jazz swing",),
    "folk": ("chanson folklorique", "musique folklorique", "musique traditionnelle", "chanson traditionnelle",
        "air traditionnel", "celtique", "irlandaise", "folklorique"),
    "march": ("marche", "marche militaire", "fanfare"),
    "ambient": ("musique d'ambiance", "ambiance planante", "nappe sonore", "musique d'ambiante", "ambiante"),
    "techno": ("électronique", "musique électronique"),
    "cinematic": ("musique de film", "bande originale", "cinématique", "orchestrale", "cinématographique"),
    "minimalism": ("musique minimaliste", "minimalisme", "musique répétitive", "musique minimale"),
    "lullaby": ("berceuse",),
    "classical": ("classique", "sonate", "sonatine", "menuet", "baroque", "prélude", "musique de chambre"),
    "pop": ("chanson pop", "variété"),
    "latin": ("latino", "salsa"),
    "tango": ("tangos",),
}  # fmt: skip

MOODS: dict[str, tuple[str, ...]] = {
    "calm": ("calme", "paisible", "doux", "douce", "tranquille", "apaisant", "serein", "relaxant", "reposant"),
    "energetic": ("énergique", "animé", "entraînant", "puissant", "dynamique"),
    "sad": ("triste", "mélancolique", "plaintif", "plaintive", "douloureux", "douloureuse"),
    "happy": ("joyeux", "joyeuse", "gai", "heureux", "heureuse", "festif", "festive", "ensoleillé"),
    "dark": ("sombre", "sinistre", "inquiétant", "menaçant", "lugubre", "ténébreux", "ténébreuse"),
    "mysterious": ("mystérieux", "mystérieuse", "énigmatique"),
    "epic": ("épique", "héroïque", "grandiose", "majestueux", "majestueuse", "triomphal"),
    "romantic": ("romantique", "passionné", "amoureux", "amoureuse", "expressif", "expressive"),
    "dreamy": ("rêveur", "rêveuse", "onirique", "planant", "éthéré"),
    "tense": ("tendu", "nerveux", "nerveuse", "angoissant"),
    "angry": ("furieux", "furieuse", "agressif", "agressive"),
    "solemn": ("solennel", "solennelle", "digne", "recueilli"),
    "tender": ("tendre", "délicat", "chaleureux", "chaleureuse"),
    "playful": ("enjoué", "ludique", "espiègle", "drôle", "amusant"),
    "nostalgic": ("nostalgique", "pensif", "pensive"),
}

INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "electric piano": ("piano électrique",),
    "harpsichord": ("clavecin",),
    "celesta": ("célesta",),
    "music box": ("boîte à musique",),
    "vibraphone": ("vibraphone",),
    "xylophone": ("xylophone",),
    "tubular bells": ("cloches tubulaires", "cloches"),
    "organ": ("orgue", "orgue d'église", "orgues"),
    "hammond organ": ("orgue hammond",),
    "accordion": ("accordéon",),
    "harmonica": ("harmonica",),
    "nylon guitar": ("guitare classique", "guitare espagnole"),
    "acoustic guitar": ("guitare", "guitare acoustique", "guitare sèche", "guitare folk"),
    "jazz guitar": ("guitare jazz",),
    "electric guitar": ("guitare électrique",),
    "distorted guitar": ("guitare saturée", "guitare distordue"),
    "double bass": ("contrebasse",),
    "bass guitar": ("guitare basse", "basse électrique"),
    "synth bass": ("basse synthé", "basse synthétique"),
    "violin": ("violon",),
    "viola": ("alto",),
    "cello": ("violoncelle",),
    "strings": ("cordes", "orchestre à cordes", "ensemble à cordes", "orchestre"),
    "pizzicato strings": ("cordes pincées", "cordes pizzicato"),
    "harp": ("harpe",),
    "choir": ("choeur", "chœur"),
    "trumpet": ("trompette",),
    "french horn": ("cor", "cors", "cor d'harmonie"),
    "english horn": ("cor anglais",),
    "brass": ("cuivres",),
    "saxophone": ("saxophone alto", "saxo"),
    "tenor saxophone": ("saxophone ténor",),
    "soprano saxophone": ("saxophone soprano",),
    "oboe": ("hautbois",),
    "bassoon": ("basson",),
    "clarinet": ("clarinette",),
    "flute": ("flûte", "flûte traversière"),
    "recorder": ("flûte à bec",),
    "pan flute": ("flûte de pan",),
    "synth lead": ("synthé", "synthétiseur"),
    "warm pad": ("nappe", "nappes"),
    "bagpipe": ("cornemuse",),
    "drums": ("batterie", "percussions", "tambour", "tambours", "boîte à rythmes"),
}

ENSEMBLES: dict[str, tuple[str, ...]] = {
    "string quartet": ("quatuor à cordes",),
    "piano trio": ("trio avec piano",),
    "jazz trio": ("trio de jazz",),
    "wind quartet": ("quatuor à vent",),
    "brass quartet": ("quatuor de cuivres",),
    "rock band": ("groupe de rock",),
}

ROLES: dict[str, str] = {
    "basse": "bass", "accompagnement": "chords", "accords": "chords", "mélodie": "melody", "rythmique": "drums",
}  # fmt: skip

SLOW: dict[str, float] = {
    "lent": 0.8, "lentement": 0.8, "très lent": 0.68, "très lente": 0.68, "modéré": 1.0, "tempo modéré": 1.0,
}  # fmt: skip
FAST: dict[str, float] = {
    "rapide": 1.25, "vite": 1.25, "rapidement": 1.25, "très rapide": 1.45, "vif": 1.2, "vive": 1.2, "enlevé": 1.2,
}  # fmt: skip

METRES: dict[str, str] = {
    "trois temps": "3/4", "3 temps": "3/4", "quatre temps": "4/4", "4 temps": "4/4", "deux temps": "2/4",
    "2 temps": "2/4", "cinq temps": "5/4", "5 temps": "5/4", "sept temps": "7/4", "trois quatre": "3/4",
    "quatre quatre": "4/4", "deux quatre": "2/4", "six huit": "6/8", "neuf huit": "9/8", "douze huit": "12/8",
    "cinq quatre": "5/4", "sept huit": "7/8", "cinq huit": "5/8", "sept quatre": "7/4", "rythme de valse": "3/4",
    "mesure de valse": "3/4", "tempo de valse": "3/4",
}  # fmt: skip

MODES: dict[str, str] = {
    "majeur": "major", "majeure": "major", "mineur": "minor", "mineure": "minor", "dorien": "dorian",
    "phrygien": "phrygian", "lydien": "lydian", "mixolydien": "mixolydian", "éolien": "minor", "ionien": "major",
    "locrien": "locrian",
}  # fmt: skip

CHARACTERS: dict[str, str] = {
    "épuré": "sparse", "minimaliste": "minimalist", "complexe": "complex", "virtuose": "virtuosic",
    "fluide": "flowing", "dramatique": "dramatic", "mécanique": "mechanical", "aigu": "high",
    "chromatique": "chromatic",
}  # fmt: skip

NEGATIONS = ("sans", "pas", "ni", "aucun", "aucune", "jamais")
BRIDGES = ("ou", "et", "ni", "de", "trop", "la", "le", "les", "du", "un", "une", "aucun", "aucune")
ARTICLES = ("un", "une", "avec", "du", "des")
ONLY = ("seulement", "uniquement", "juste")
ALONE = ("solo", "seul", "seule", "non accompagné")
FOR = ("pour",)
LOOPS = ("boucle",)

FUNCTION = (
    "le", "la", "les", "un", "une", "des", "du", "de", "et", "ou", "avec", "pour", "en", "dans", "au", "aux", "sur",
    "est", "soit", "doit", "je", "voudrais", "veux", "moi", "morceau", "pièce", "chanson", "musique", "mesures",
    "mesure", "tempo", "durée", "environ", "compose", "composez", "écris", "écrivez", "joue", "fais", "faites",
    "style", "tonalité", "ton", "à", "qui", "que", "dure", "pendant", "ambiance", "minutes", "secondes", "seconde",
    "battements", "par", "instrument", "instruments", "mais", "plutôt", "très", "comme",
)  # fmt: skip
