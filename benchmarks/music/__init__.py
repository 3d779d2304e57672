"""The examination in composing: likeness to notated music, following of requests, variety, craft, speed.

``python -m benchmarks.music likeness --split dev --kinds chorale,folk --pieces 20`` composes so many pieces of each
kind in process and compares their windows of sixteen bars with works of music21's corpus of the same kind, beside real
halves (the ceiling) and three baselines. Scores and values of real music are kept below ``--cache``; a second run
takes seconds. ``following`` judges from the notes whether 200 generated requests were followed, ``variety`` counts what
any two of 500 pieces share, ``craft`` looks at hands, breath, spelling and parallels, ``speed`` at processor time,
memory and a queue; ``all`` does everything.

Likeness prints, for each kind, overlaps by family of measures and *the measures that cost most*, with the means of both
sides, so that it shows what to mend and which way. The split ``test`` is kept for the last examination: do not look at
it while composing.

In Python: `benchmarks.music.measures.measured` of a `benchmarks.music.pieces.Window`, and
`benchmarks.music.own.piece_of` for a score of grym.
"""
