"""Use the command line from a program: publish without waiting, let the processors run, read the result as JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

GRYM = str(Path(sys.executable).with_name("grym"))


def grym(*words: str) -> dict[str, Any]:
    """Run a command and return the JSON object it printed."""
    done = subprocess.run([GRYM, *words, "--json"], check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    words = ("compose", "a short march in C major", "--seconds", "6", "--backend", "score", "--seed", "4")
    asked = grym(*words, "--no-wait")
    print(f"{asked['request_id']}: {asked['outcome']}")
    subprocess.run([GRYM, "up", "--until-idle"], check=True)
    status = grym("status", asked["request_id"])
    print(f"{status['request_id']}: {status['state']}, {status['duration_s']} s, {status['plan']['tempo_bpm']} BPM")


if __name__ == "__main__":
    main()
