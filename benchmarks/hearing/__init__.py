"""The examination in hearing: scores nobody here wrote, performed and judged by mir_eval, peers in the same run.

``python -m benchmarks.hearing --split dev --only beats --contestants grym librosa essentia``. Renderings are made once
(some minutes) and kept below ``--cache``; answers are kept by contestant and code, so that a second run only judges.

``--only tempo beats onsets key chords notes sections``
    What to judge; only works with that truth are heard.
``--contestants grym librosa essentia package.module:function``
    Any function of samples (mono float32) and rate_hz that returns a `benchmarks.hearing.answers.Answer` may take
    part: give what it knows, leave out the rest. It is cached by the source of its module and of `grym/domain`.
``--works NAME``, ``--kinds dance``, ``--limit N``
    Fewer works: by part of a name, by kind (`benchmarks.hearing.works.KINDS`), every n-th.
``--failures``
    The worst works of each metric with truth and answer beside each other.
``--list``
    The works of the split, and where their sounds and truths lie (``FOLDER/NAME.wav``, ``NAME.json``).

In Python: ``from benchmarks.hearing.sounds import prepared``, then ``sound.samples()`` and ``sound.truth`` of each of
``prepared("dev")``.
The split ``test`` is played by another SoundFont and kept for the last examination: do not look at it while choosing.
"""
