"""How fast typed memory is: each store over its real server, and what likeness costs with and without an index.

Run with ``python -m benchmarks.entries``; it makes a PostgreSQL and a Redis in temporary folders. Told are the median
and the 95th percentile of the time an answer takes, and this process's own processor time for it, in milliseconds.
"""

import asyncio
import os
import platform
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grym.memory.typed.configuration import read_config
from grym.ports.entries import Address, Entry, EntryStore, Query
from grym.runtime.entries import store_factory

ENTRIES = 10_000
ROUNDS = 200
WORDS = ("slow", "waltz", "piano", "storm", "river", "night", "minor", "march", "bright", "jazz", "winter", "dance")


def entry(number: int, dice: random.Random) -> Entry:
    """Return an entry of about 300 bytes."""
    return Entry(
        key=f"k{number:06}",
        owner=f"user {number % 100}",
        value={"text": " ".join(dice.choices(WORDS, k=8)), "tempo_bpm": dice.uniform(60, 180)},
        metadata={"style": dice.choice(WORDS), "number": number},
    )


@contextmanager
def redis_server() -> Iterator[int]:
    """Run a Redis that keeps nothing on disk, and return its port."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("there is no redis-server on the path")
    port = 16_379
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--port", str(port), "--save", "", "--appendonly", "no"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
            time.sleep(0.5)
            yield port
            process.terminate()


async def timed(name: str, work: Callable[[int], Awaitable[object]], *, rounds: int = ROUNDS) -> None:
    """Run something many times and print how long it took."""
    spent_ms = []
    begun_s = time.process_time()
    for number in range(rounds):
        start_s = time.perf_counter()
        await work(number)
        spent_ms.append((time.perf_counter() - start_s) * 1000)
    cpu_ms = (time.process_time() - begun_s) * 1000 / rounds
    spent_ms.sort()
    p50, p95 = spent_ms[rounds // 2], spent_ms[int(rounds * 0.95)]
    print(f"  {name:34} P50 {p50:8.3f}   P95 {p95:8.3f}   own CPU {cpu_ms:8.3f}")


async def measure(name: str, store: EntryStore) -> None:
    """Measure one store."""
    dice = random.Random(7)  # noqa: S311 - rolls test data
    print(f"{name} ({ENTRIES:,} entries)")
    start_s = time.perf_counter()
    for first in range(0, ENTRIES, 500):
        await store.store_all([entry(number, dice) for number in range(first, first + 500)])
    print(f"  filled at {ENTRIES / (time.perf_counter() - start_s):,.0f} entries a second")
    await timed("store", lambda n: store.store(entry(n, dice)))
    await timed("store 100", lambda n: store.store_all([entry(n * 100 + i, dice) for i in range(100)]), rounds=20)
    await timed("retrieve", lambda n: store.retrieve(Address(key=f"k{n:06}", owner=f"user {n % 100}")))
    await timed("search by owner", lambda n: store.search(Query(owner=f"user {n % 100}")).all(), rounds=20)
    await timed("search by metadata", lambda n: store.search(Query(metadata={"number": n})).all(), rounds=20)
    await timed("search by text", lambda n: store.search(Query(text=f"slow {WORDS[n % 12]}")).all(), rounds=10)


async def main() -> None:
    """Measure every store."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    postgres = {"kind": "postgres", "postgres": {}}
    with redis_server() as port:
        redis = {"kind": "redis", "redis": {"port": port, "prefix": "a:"}}
        front = {"kind": "redis", "redis": {"port": port, "prefix": "b:"}}
        stores = {
            "PostgreSQL": postgres,
            "Redis": redis,
            "PostgreSQL behind Redis": {"kind": "composite", "composite": {"truth": postgres, "fronts": [front]}},
            "index over PostgreSQL": {"kind": "vector", "vector": {"behind": postgres}},
        }
        for name, values in stores.items():
            with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
                store = await store_factory(home=Path(home)).open(read_config(values))
                await measure(name, store)
                await store.close()


if __name__ == "__main__":
    asyncio.run(main())
