"""Have grym remember a recording, and ask what a few seconds from its middle are.

The recording is the piece that the first example wrote.
"""

import asyncio
from pathlib import Path

import soundfile

from grym.cli.logs import configure_logging
from grym.runtime import open_runtime
from grym.settings import read_settings
from schemas.commands import RequestLearning, RequestRecognition

WALTZ = Path("out/examples/waltz.wav")
EXCERPT = Path("out/examples/excerpt.wav")
BEGIN_S, SECONDS = 4, 5


def cut() -> None:
    """Write some seconds from within the piece to a file of their own."""
    samples, rate_hz = soundfile.read(WALTZ)
    soundfile.write(EXCERPT, samples[BEGIN_S * rate_hz : (BEGIN_S + SECONDS) * rate_hz], rate_hz)


async def main() -> None:
    cut()
    async with open_runtime(read_settings()) as runtime, runtime.working():
        whole = await runtime.client.keep_sound(WALTZ, media_type="audio/wav")
        ticket = await runtime.client.learn(RequestLearning(audio=whole, name="waltz", tags={"set": "examples"}))
        status = await runtime.client.wait(ticket.request_id, timeout_s=120)
        print(f"learn: {status.state}, {[one['name'] for one in status.result['learned']]}")

        part = await runtime.client.keep_sound(EXCERPT, media_type="audio/wav")
        ticket = await runtime.client.recognise(RequestRecognition(audio=part))
        status = await runtime.client.wait(ticket.request_id, timeout_s=120)
        print(f"recognise: {status.state}, known = {status.result['known']}")
        for match in status.result["matches"]:
            print(f"  {match['name']}: {match['confidence']:.2f}, begins at {match['offset_s']:.2f} s; {match['why']}")


if __name__ == "__main__":
    configure_logging("warning")
    asyncio.run(main())
