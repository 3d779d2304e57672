"""The styles that are told by ear; how to use it: `benchmarks.styles`."""

import argparse
from pathlib import Path

from benchmarks.styles.fitting import written
from benchmarks.styles.judging import judge
from benchmarks.styles.pieces import FITTED, hear, kept
from benchmarks.styles.recordings import tell
from benchmarks.styles.voices import brightness_hz


def main() -> None:
    """Hear, fit, judge, or tell recordings."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.styles")
    parser.add_argument("what", choices=("hear", "fit", "judge", "recordings"))
    parser.add_argument("folders", nargs="*", type=Path)
    chosen = parser.parse_args()
    if chosen.what == "hear":
        hear()
    elif chosen.what == "fit":
        print(written([piece for piece in kept() if piece.seed in FITTED], brightness_hz()), end="")
    elif chosen.what == "judge":
        print("\n".join(judge(kept())))
    else:
        for folder in chosen.folders:
            tell(folder)


if __name__ == "__main__":
    main()
