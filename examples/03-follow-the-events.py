"""Print every event of a request as it happens, indented below the event that caused it."""

import asyncio

from grym.cli.logs import configure_logging
from grym.runtime import open_runtime
from grym.settings import read_settings
from schemas.commands import RequestComposition


async def main() -> None:
    wish = RequestComposition(prompt="a slow ambient piece", seconds=8, seed=2, backend="score")
    depths: dict[str, int] = {}
    async with open_runtime(read_settings()) as runtime, runtime.working():
        ticket = await runtime.client.compose(wish)
        async for event in runtime.client.follow(ticket.request_id):
            depth = depths[event.id] = depths.get(event.causation_id, -1) + 1
            print(f"{'  ' * depth}{event.type}  ({event.source})")


if __name__ == "__main__":
    configure_logging("warning")
    asyncio.run(main())
