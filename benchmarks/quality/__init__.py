"""The examination of the quality gate and of repairs: sounds with a known fault, beside the same sounds without it.

``python -m benchmarks.quality --split dev`` runs all parts; ``--only gate``, ``pieces``, ``cost`` or ``repairs`` one of
them, ``--faults hum clipped`` (or ``--damages``) some rows, ``--limit 12`` fewer recordings, ``--failures`` tells every
false alarm, every fault passed over and every repair that did harm, by name. Recordings are those of free games in
packages of Debian, downloaded once into the cache of `benchmarks.hearing.recordings`; scores are those that
`benchmarks.hearing` renders. ``--quick`` takes a few rendered scores and needs no download.

dev and test share no package and no SoundFont. The split ``test`` is kept for the last examination: not to be run, nor
its packages listened to, while anything is tuned.
"""
