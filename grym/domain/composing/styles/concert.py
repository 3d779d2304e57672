"""Concert, church and parlour, as rows of `Style`."""

from grym.domain.composing.styles.style import Style

ROWS = (
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
        drums_optional=True,
    ),
    Style(
        name="chorale", words=("hymn", "chorales", "hymns", "sacred", "bach chorale"), tempo_bpm=(60, 72, 88),
            metres=("4/4", "3/4"),
        modes=("major", "minor"), dialect="classical", rhythm="hymn", melody=("organ", "choir"), chords=("organ",),
        bass=("organ",), counter=("organ",), form="bar", accompaniments=("quarters",), basses=("quarters",),
        chords_per_bar=2.0, density=0.3, dynamics=0.35, mood="solemn", satb=True, tessitura=70.0,
    ),
    Style(
        name="march", words=("marching", "military", "parade", "fanfare"), tempo_bpm=(100, 116, 126),
        metres=("2/4", "4/4", "6/8"), modes=("major", "minor"), dialect="classical", rhythm="dotted",
        melody=("trumpet", "piccolo", "clarinet"), chords=("brass",), bass=("tuba",), counter=("trombone",
            "french horn"),
        form="march", accompaniments=("afterbeat", "oompah"), basses=("march",), drums="march", density=0.5,
        dynamics=0.6, mood="proud",
        fills=("roll",), crashes=True,
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
