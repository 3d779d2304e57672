"""Put a sound file into the artifact store, ask for its facts, and print a few of them.

    python examples/02-analyze-a-recording.py [FILE]

Without a file it reads the piece that the first example wrote.
"""

import asyncio
import sys
from pathlib import Path

from grym.cli.logs import configure_logging
from grym.runtime import open_runtime
from grym.settings import read_settings
from schemas.commands import RequestAnalysis

WALTZ = Path("out/examples/waltz.wav")


async def main(file: Path) -> None:
    async with open_runtime(read_settings()) as runtime, runtime.working():
        sound = await runtime.client.keep_sound(file, media_type="audio/wav")
        ticket = await runtime.client.analyze(RequestAnalysis(audio=sound))
        status = await runtime.client.wait(ticket.request_id, timeout_s=120)
        print(f"{file}: {status.state}")
        for fact in ("duration_s", "tempo_bpm", "key", "loudness_lufs", "true_peak_dbtp"):
            print(f"  {fact:15} {status.result[fact]}")


if __name__ == "__main__":
    configure_logging("warning")
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else WALTZ))
