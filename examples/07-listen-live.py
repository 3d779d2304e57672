"""Send live sound and react to it while it plays: beats, loudness, and what is wrong with it."""

import asyncio

import numpy as np

from grym.cli.logs import configure_logging
from grym.runtime import open_runtime
from grym.settings import read_settings
from producers.frames import FrameStreamer, StreamFormat
from producers.frames.ear import Listener
from schemas.live import AlertRaised, BeatHeard, LoudnessHeard, StreamEnded

RATE_HZ = 44_100
SECONDS = 6


async def main() -> None:
    form = StreamFormat(sample_rate_hz=RATE_HZ, channels=1)
    async with open_runtime(read_settings()) as runtime, runtime.stream_desk() as desk:
        streamer = desk.streamer(form)
        # Listen first and open then: nothing is missed. `working` runs the processors in this process; on Kafka
        # workers do, and it does nothing.
        async with desk.listening(streamer) as listener, runtime.working(only=("coordinator", "live")):
            await streamer.open()
            await asyncio.gather(play(streamer), react(listener))


async def play(streamer: FrameStreamer) -> None:
    """Send a click every half second, in blocks as a sound card would bring them, in real time."""
    block = RATE_HZ // 20
    for number in range(SECONDS * 20):
        at_s = (np.arange(block) + number * block) / RATE_HZ % 0.5
        click = 0.5 * np.sin(2 * np.pi * 1_500 * at_s) * np.exp(-at_s / 0.01)
        await streamer.send(click[np.newaxis].astype(np.float32))
    await streamer.close()


async def react(listener: Listener) -> None:
    """Print what is heard, and how long after the sound was sent."""
    async for answer in listener:
        body = answer.envelope.body
        late = "" if answer.latency_s is None else f"  ({1000 * answer.latency_s:.0f} ms)"
        if isinstance(body, BeatHeard):
            print(f"{body.at_s:5.2f} s  beat at {body.tempo_bpm:.1f} BPM{late}")
        elif isinstance(body, LoudnessHeard):
            print(f"{body.at_s:5.2f} s  {body.integrated_lufs} LUFS so far{late}")
        elif isinstance(body, AlertRaised):
            print(f"{body.at_s:5.2f} s  {body.name}: {body.message}{late}")
        elif isinstance(body, StreamEnded):
            print(f"{body.reason} after {body.duration_s:.1f} s: {body.windows} windows, {body.beats} beats")


if __name__ == "__main__":
    configure_logging("warning")
    asyncio.run(main())
