"""The whole chain once: ``python -m benchmarks.learning.embedded --requests 200``.

The embedded runtime, its database, every processor: prompts are asked, pieces planned and composed (``score``, which
makes no sound), and the listener of `benchmarks.learning.listener` judges what the log says a finished piece really
was, through the same client as everybody. The same events tell what the default would have been, so both are compared
on the same requests; where the default leaves the mode to chance, it is judged by both modes as likely as they are.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.learning.lane import request_id
from benchmarks.learning.listener import BellListener, Listener
from benchmarks.learning.world import FloatArray, Request, requests_of
from grym.cli.logs import configure_logging
from grym.runtime import Runtime, open_runtime
from grym.settings import Settings
from schemas.commands import RequestComposition
from schemas.events import FeedbackGiven, ParametersExposed

SECONDS = 8.0
PATIENCE_S = 120.0
USER = "ann"


async def served(runtime: Runtime, request: Request) -> ParametersExposed:
    """Ask for a piece, wait for it and return what it really was."""
    wish = RequestComposition(
        prompt=f"a {request.mood} piece",
        style=request.style,
        seconds=SECONDS,
        seed=request.number,
        backend="score",
        user=request.user,
    )
    ticket = await runtime.client.compose(wish, request_id=request_id(request))
    await runtime.client.wait(ticket.request_id, timeout_s=PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for event in await runtime.client.story(ticket.request_id):
                if isinstance(event.body, ParametersExposed):
                    return event.body
            await asyncio.sleep(0.01)


async def rate(runtime: Runtime, request: Request, stars: int) -> None:
    """Rate a piece and wait until the learner has taken it in."""
    opinion = await runtime.client.rate(request_id(request), FeedbackGiven(user=request.user, stars=stars))
    await runtime.client.folded(request_id(request), opinion)


async def run(listener: Listener, *, count: int, seed: int) -> tuple[FloatArray, FloatArray, Counter[str]]:
    """Return how much each piece pleased, how much the default would have, and how often each arm was served."""
    pleased, default = [], []
    arms: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        async with open_runtime(Settings(home=Path(home) / "home")) as runtime, runtime.working():
            for request in requests_of(USER, count=count, seed=seed):
                heard = await served(runtime, request)
                pleased.append(listener.utility(request, heard.parameters))
                default.append(_default_utility(listener, request, heard))
                arms[heard.arm or "default"] += 1
                stars = listener.stars(request, heard.parameters)
                if stars is not None:
                    await rate(runtime, request, stars)
    return np.array(pleased), np.array(default), arms


def _default_utility(listener: Listener, request: Request, heard: ParametersExposed) -> float:
    """Return how much the default would please on average."""
    usual = {**heard.parameters, **heard.defaults}
    major, minor = (listener.utility(request, {**usual, "minor": mode}) for mode in (0.0, 1.0))
    return (1.0 - usual["minor"]) * major + usual["minor"] * minor


def main() -> None:
    """Read the arguments, run, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning.embedded", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    configure_logging("warning")
    began_s = time.perf_counter()
    listener = BellListener(seed=words.seed, person=USER)
    pleased, default, arms = asyncio.run(run(listener, count=words.requests, seed=words.seed))
    took_s = time.perf_counter() - began_s
    tenth, fifth = max(1, words.requests // 10), max(1, words.requests // 5)
    for name, part in (("all", slice(None)), ("first tenth", slice(tenth)), ("last fifth", slice(-fifth, None))):
        print(f"{name}: utility {pleased[part].mean():.3f}, default {default[part].mean():.3f}")
    print(f"arms: {dict(arms)}; {took_s / words.requests:.2f} s a request")


if __name__ == "__main__":
    main()
