"""A process that serves searches over a socket, one after the other in its event loop, and says what that cost it.

``python -m benchmarks.pattern_search.server FOLDER DIM SOCKET``: a request is one vector as float32, an answer
ten ids. It opens the newest generation of the folder, serves until its input ends, and prints one line of JSON.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import cast

import numpy as np

from benchmarks.pattern_search.measuring import private_mib, resident_mib
from benchmarks.pattern_search.vectors import NEIGHBOURS
from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.index.shadowing import Shadow


async def serve(root: Path, dim: int, address: str) -> None:
    """Serve until the input ends."""
    engine = FaissEngine()
    index = LayeredIndex(dim, engine=engine)
    began_s = time.perf_counter()
    Sealer(index, generations=GenerationFolder(root), engine=engine).open_newest()
    opened_s = time.perf_counter() - began_s
    shadow = Shadow(index)
    shadow.start()
    answered = failed = 0

    class Client(asyncio.Protocol):
        """Answers each vector as soon as all of it is there."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.Transport", transport)
            self.received = b""

        def data_received(self, data: bytes) -> None:
            nonlocal answered, failed
            self.received += data
            while len(self.received) >= 4 * dim:
                query = np.frombuffer(self.received, dtype=np.float32, count=dim)
                self.received = self.received[4 * dim :]
                try:
                    self.transport.write(index.search(query[np.newaxis], k=NEIGHBOURS).ids.tobytes())
                    answered += 1
                except Exception:  # noqa: BLE001 - whatever it was, it counts
                    failed += 1
                    self.transport.close()

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    idle_mib = private_mib()
    async with await loop.create_unix_server(Client, address, backlog=2048):
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        print("ready", flush=True)
        await ended.wait()
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    shadow.close()
    told = {
        "answered": answered,
        "failed": failed,
        "opened_s": round(opened_s, 3),
        "cpu_s": round(cpu_s, 3),
        "wall_s": round(wall_s, 3),
        "private_mib_idle": round(idle_mib, 1),
        "private_mib": round(private_mib(), 1),
        "resident_mib": round(resident_mib(), 1),
        "effort": index.effort,
        "looks": shadow.looks,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
