"""Concert, church and parlour, as rows of `Style`."""

from grym.domain.composing.styles.style import Style

ROWS = (
    Style(
        name="nocturne", words=("nocturnes", "chopin"), tempo_bpm=(54, 69, 84),
        metres=("4/4", "3/4", "6/8", "12/8"), modes=("minor", "major"), dialect="classical", rhythm="lyric",
        melody=("piano",), chords=("piano",), form="aba", accompaniments=("nocturne", "nocturne-wide"),
        voices=3, density=0.45, dynamics=0.7, mood="calm",
    ),
    Style(
        name="waltz", words=("waltzes", "viennese"), tempo_bpm=(126, 162, 192), metres=("3/4",),
        modes=("major", "minor"), dialect="classical", rhythm="dance", melody=("piano", "violin", "clarinet",
            "accordion"),
        chords=("piano",), form="aaba", accompaniments=("waltz",), density=0.4, dynamics=0.5, mood="graceful",
        counter=("cello", "french horn"),
        drums_optional=True,
    ),
    Style(
        name="chorale", words=("hymn", "chorales", "hymns", "bach chorale"), tempo_bpm=(60, 72, 88),
            metres=("4/4", "3/4"),
        modes=("major", "minor"), dialect="classical", rhythm="hymn", melody=("organ", "choir"), chords=("organ",),
        bass=("organ",), counter=("organ",), form="bar", accompaniments=("quarters",), basses=("quarters",),
        chords_per_bar=2.0, density=0.3, dynamics=0.35, mood="solemn", satb=True, tessitura=70.0,
    ),
    Style(
        name="march", words=("marching", "marching band"), tempo_bpm=(100, 116, 126),
        metres=("2/4", "4/4", "6/8"), modes=("major", "minor"), dialect="classical", rhythm="dotted",
        melody=("trumpet", "piccolo", "clarinet"), chords=("brass",), bass=("tuba",), counter=("trombone",
            "french horn"),
        form="march", accompaniments=("afterbeat", "oompah"), basses=("march",), drums="march", density=0.5,
        dynamics=0.6, mood="proud",
        fills=("roll",), crashes=True,
    ),
    Style(
        name="ragtime", words=("rag", "stride", "cakewalk", "joplin", "honky-tonk"), tempo_bpm=(84,
            96, 112), metres=("2/4", "4/4"),
        modes=("major",), dialect="classical", rhythm="rag", melody=("piano", "honky-tonk piano"), chords=("piano",),
        form="march", tessitura=76.0, accompaniments=("stride",), chords_per_bar=1.0, density=0.7, dynamics=0.4,
        mood="playful",
    ),
    Style(
        name="lullaby", words=("cradle song", "berceuse"), tempo_bpm=(60, 72, 88),
        metres=("3/4", "6/8", "4/4"), modes=("major", "minor"), dialect="classical", rhythm="song",
            melody=("music box", "celesta", "flute"),
        chords=("piano", "harp"), form="aaba", accompaniments=("lullaby",), density=0.35, dynamics=0.3, mood="tender",
    ),
    Style(
        name="classical", words=("sonata", "sonatina", "mozart", "minuet", "menuet", "etude", "prelude"),
        tempo_bpm=(84, 112, 144), metres=("4/4", "3/4", "2/4", "6/8"), modes=("major", "minor"), dialect="classical",
            rhythm="even",
        melody=("piano", "violin", "flute", "oboe"), chords=("piano", "strings"), bass=("cello",), form="aaba",
        accompaniments=("alberti", "quarters"), basses=("quarters", "halves"), density=0.55, dynamics=0.6,
            mood="bright",
    ),
    Style(
        name="string quartet", words=("quartet for strings", "haydn quartet"), tempo_bpm=(72, 108, 144),
        metres=("4/4", "3/4", "2/4", "6/8"), modes=("major", "minor"), dialect="classical", rhythm="even",
        melody=("violin",), counter=("violin",), chords=("viola",), bass=("cello",), form="rondo",
        accompaniments=("quarters", "eighths"), basses=("quarters", "halves"), writing="quartet", density=0.55,
        dynamics=0.6, mood="bright",
    ),
    Style(
        name="minimalism", words=("minimalist music", "minimal music", "minimalistic", "steve reich", "philip glass",
            "phase music", "process music"),
        tempo_bpm=(104, 132, 160), metres=("4/4", "3/4", "6/8"), modes=("major", "minor", "dorian"), dialect="loops",
        rhythm="riff", melody=("vibraphone", "piano", "clarinet"), chords=("marimba", "piano"), pad=("strings",),
        bass=("cello",), form="arc", accompaniments=("phase", "pulse"), basses=("hold", "pulse"),
        major_loops=("I vi IV I", "Imaj7 iii7", "I IV I V"), minor_loops=("i VI i III", "i iv VI i", "i VI"),
        chords_per_bar=0.5, density=0.5, dynamics=0.35, humanise=0.2, complexity=0.3, mood="hypnotic",
    ),
    Style(
        name="tango", words=("argentine tango", "milonga", "piazzolla"), tempo_bpm=(104, 120, 132),
        metres=("4/4", "2/4"), modes=("minor", "major"), dialect="classical", rhythm="dotted",
        melody=("bandoneon", "violin"),
        chords=("piano",), bass=("double bass",), counter=("violin",), form="aaba",
        accompaniments=("marcato", "sincopa"), basses=("quarters",), density=0.55, dynamics=0.75, complexity=0.6,
        mood="passionate",
    ),
    Style(
        name="theme and variations", words=("variations", "variationen", "thème et variations"),
        tempo_bpm=(72, 100, 132), metres=("2/4", "4/4", "3/4"), modes=("major", "minor"), dialect="classical",
        rhythm="even", melody=("piano",), chords=("piano",), form="variations", accompaniments=("alberti", "quarters"),
        density=0.5, dynamics=0.55, mood="graceful",
    ),
    Style(
        name="rondo", words=("rondeau", "rondos"), tempo_bpm=(92, 120, 152), metres=("2/4", "4/4", "6/8"),
        modes=("major", "minor"), dialect="classical", rhythm="even", melody=("piano", "violin"), chords=("piano",),
        form="rondo", accompaniments=("alberti", "oompah"), density=0.55, dynamics=0.55, mood="bright",
    ),
    Style(
        name="invention", words=("inventions", "two-part invention", "canon", "fugue", "fuge", "inventionen"),
        tempo_bpm=(66, 84, 104), metres=("4/4", "3/4"), modes=("major", "minor"), dialect="classical", rhythm="even",
        melody=("harpsichord",), bass=("harpsichord",), form="through", accompaniments=("quarters",),
        basses=("quarters",), writing="invention", density=0.7, dynamics=0.35, complexity=0.5, mood="bright",
    ),
)  # fmt: skip
