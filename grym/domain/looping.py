"""Sound that goes round: what rings on after the end of a loop is heard over its beginning.

A loop is exactly as long as its bars. Cutting off what still rings would click and would leave the first bar drier than
all later ones; folded over the beginning, the loop sounds from its first round as it sounds for ever.
"""

from grym.domain.reels import Reel, Reels, blocks_of


def gone_round(reel: Reel, length_samples: int, reels: Reels) -> Reel:
    """Return the sound of one round of a loop, after many rounds.

    Parameters
    ----------
    reel
        The loop played once, with all that rings on.
    length_samples
        Of one round, at least 1.
    reels
        Makes the reel that is returned.
    """
    looped = reels(length_samples)
    for start, end in blocks_of(length_samples):
        block = reel.read(start, end)
        for earlier in range(length_samples, reel.length_samples, length_samples):
            block += reel.read(earlier + start, earlier + end)
        looped.write(start, block)
    return looped
