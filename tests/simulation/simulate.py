"""One simulated afternoon: two processes that die, freeze and restart while requests fail, repeat and are cancelled.

Everything follows from the seed. At the end one healthy process works until nothing is open, dead-lettered runs are
redriven (twice each), and then the promises are checked on what lies in the log.

    python -m tests.simulation.simulate --seed 7 --form kafka        one afternoon, and what happened in it
    python -m tests.simulation.simulate --count 1000                 afternoons from the seed on, both forms in turn
"""

import argparse
import asyncio
import gc
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from consumers.supervisor import Supervisor
from schemas.commands import RedriveRequest
from schemas.envelope import peek
from schemas.events import RequestDeadLettered
from schemas.records import Message
from tests.contract.fakes import message
from tests.simulation.bugs import Bug
from tests.simulation.checks import Findings, broken_promises
from tests.simulation.household import Household
from tests.simulation.ledger import Ledger
from tests.simulation.loop import StuckError, run_simulated
from tests.simulation.process import SETTLING, Troubles, components, processors
from tests.simulation.stories import story
from tests.simulation.world import FORMS, Form, World

REQUESTS = 3
CRASHES = (0.0, 0.002, 0.01)
"""Shares of commits at which a process dies, before or after: some afternoons are calm, since zombies need time."""
TROUBLED_S = 8
"""Virtual seconds for which trouble goes on after the last request."""
SETTLE_S = 3000
"""Virtual seconds within which everything must come to rest."""
LATE_S = 150.0
"""Seconds by which a deadline may be missed, outages apart: processes are dead, frozen, or their clocks jump."""


@dataclass(slots=True, kw_only=True)
class Afternoon:
    """One simulation."""

    seed: int
    form: Form = "embedded"
    bug: Bug = "none"
    world: World = field(init=False)
    chance: random.Random = field(init=False)
    household: Household = field(init=False)
    published: list[Message] = field(default_factory=list)
    deadlines_s: dict[str, float] = field(default_factory=dict)
    troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        crash = self.chance.choice(CRASHES)
        self.troubles = Troubles.of(self.seed)
        self.world = World(form=self.form, seed=self.seed, processors=processors(self.troubles), bug=self.bug)
        self.household = Household(
            seed=self.seed,
            world=self.world,
            chance=self.chance,
            crash=crash,
            components=lambda ports: components(ports, self.troubles),
        )

    async def run(self) -> list[str]:
        """Live through it and return what was broken, as sentences."""
        weather = asyncio.create_task(self.world.sky.change())
        processes = [asyncio.create_task(self.household.restarting(name)) for name in ("a", "b")]
        await self._upstream()
        await asyncio.sleep(TROUBLED_S)
        for task in (weather, *processes):
            task.cancel()
        await asyncio.gather(weather, *processes, return_exceptions=True)
        try:
            await self._settle("c")
            await self._redrive()
            await self._settle("d")
        except TimeoutError:
            self.world.ledger.broken.append("it never came to rest")
        return broken_promises(await self._findings())

    async def _upstream(self) -> None:
        for number in range(REQUESTS):
            told = story(self.chance, f"r{self.seed}-{number}")
            for oddity in told.oddities:
                self.world.ledger.count(oddity)
            self.deadlines_s[told.request_id] = told.deadline_s
            for sent in told.messages:
                await self._publish(sent)
                await asyncio.sleep(self.chance.random() * 0.7)

    async def _publish(self, sent: Message) -> None:
        self.published.append(sent)
        await self.world.backend.publisher.publish([sent])

    async def _settle(self, name: str) -> None:
        """Let one healthy process work until nothing is open."""
        life = self.household.life(name, crash=0.0)
        ports = self.world.ports(name, name, life)
        async with asyncio.timeout(SETTLE_S):
            everything = Supervisor(components(ports, self.troubles), ports, SETTLING)
            await everything.run(asyncio.Event(), until_idle=True)

    async def _redrive(self) -> None:
        seen = set()
        for record in await self.world.of_topic("grym.outcomes.v1"):
            if peek(record.headers, "ce_type") != RequestDeadLettered.TYPE or peek(record.headers, "ce_id") in seen:
                continue
            seen.add(peek(record.headers, "ce_id"))
            command = _redrive_command(record.value or b"", record.headers)
            await self._publish(command)
            await self._publish(command)

    async def _findings(self) -> Findings:
        self.world.count_groups()
        self.troubles.count(self.world.ledger)
        return Findings(
            everything=await self.world.everything(),
            published=self.published,
            ledger=self.world.ledger,
            processors=self.world.processors,
            deadlines_s=self.deadlines_s,
            late_s=LATE_S + self.world.sky.outage_s,
            mirrored=self.world.groups is not None,
        )


def _redrive_command(value: bytes, headers: tuple[tuple[str, bytes], ...]) -> Message:
    letter_id = msgspec.json.decode(value, type=RequestDeadLettered).letter_id
    request_id, run_no = peek(headers, "ce_subject"), int(peek(headers, "ce_runno"))
    return message(
        RedriveRequest(letter_id=letter_id, run_no=run_no),
        subject=request_id,
        event_id=f"{request_id}/redrive",
        run_no=run_no,
    )


def simulate(seed: int, *, form: Form = "embedded", bug: Bug = "none") -> tuple[list[str], Ledger]:
    """Return what was broken in one simulation, and what happened in it."""
    afternoon = Afternoon(seed=seed, form=form, bug=bug)
    try:
        return run_simulated(afternoon.run()), afternoon.world.ledger
    except StuckError as error:
        return [str(error)], afternoon.world.ledger


def replay_of(seed: int, form: Form) -> str:
    """Return the command that lives through an afternoon again."""
    return f"python -m tests.simulation.simulate --seed {seed} --form {form}"


def main(words: Sequence[str]) -> int:
    """Run seeds, print what was broken and how often which fault fired."""
    wanted = _arguments(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.freeze()
    faults: Counter[str] = Counter()
    effects = bad = 0
    began_s = time.process_time()
    for seed in range(wanted.seed, wanted.seed + wanted.count):
        form: Form = wanted.form or FORMS[seed % len(FORMS)]
        broken, ledger = simulate(seed, form=form, bug=wanted.bug)
        faults += ledger.faults
        effects += len(ledger.effects)
        bad += bool(broken)
        if broken:
            sys.stdout.write(f"seed {seed} ({form}): {'; '.join(broken[:5])}\n    {replay_of(seed, form)}\n")
            sys.stdout.flush()
    took_ms = (time.process_time() - began_s) * 1000 / wanted.count
    sys.stdout.write(f"{wanted.count} afternoons, {bad} broken, {effects} effects, {took_ms:.0f} ms of CPU time each\n")
    for fault, times in sorted(faults.items()):
        sys.stdout.write(f"  {times:7d} {fault}\n")
    return min(bad, 1)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation.simulate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the first afternoon")
    parser.add_argument("--count", type=int, default=1, help="how many")
    parser.add_argument("--form", choices=FORMS, default=None, help="both in turn where none is named")
    parser.add_argument("--bug", default="none", help="a bug to be planted; see tests/simulation/bugs.py")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
