"""Rate a piece, and see the rating in the parameters of the next piece of that user and style."""

import asyncio

from grym.cli.logs import configure_logging
from grym.runtime import Runtime, open_runtime
from grym.settings import read_settings
from schemas.commands import RequestComposition
from schemas.events import FeedbackGiven

WISH = RequestComposition(prompt="a lively folk dance", seconds=8, style="folk", backend="score", user="examples")


async def compose(runtime: Runtime) -> str:
    ticket = await runtime.client.compose(WISH)
    status = await runtime.client.wait(ticket.request_id, timeout_s=120)
    print(f"{ticket.request_id}: {status.state}, parameters {status.result['parameters']}")
    return ticket.request_id


async def main() -> None:
    async with open_runtime(read_settings()) as runtime, runtime.working():
        first = await compose(runtime)
        opinion = await runtime.client.rate(first, FeedbackGiven(user=WISH.user, stars=1))
        folded = await runtime.client.folded(first, opinion)
        print(f"one star: taken in = {folded.accepted}")
        await compose(runtime)


if __name__ == "__main__":
    configure_logging("warning")
    asyncio.run(main())
