"""Kafka's own console tools: a client that shares no line with grym."""

import asyncio
from dataclasses import dataclass

from tests.support.kafka_jars import classpath, java

_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Console:
    """The tools that come with Kafka, run against one cluster; each call starts Java (about 2 s)."""

    bootstrap: str

    async def produce(self, topic: str, lines: list[str], *properties: str) -> None:
        """Send one record per line; properties as the tool takes them, such as ``parse.key=true``."""
        arguments = ["--topic", topic, *_flags("--property", properties)]
        await self.run("org.apache.kafka.tools.ConsoleProducer", *arguments, given="".join(f"{x}\n" for x in lines))

    async def consume(self, topic: str, *, count: int, properties: tuple[str, ...] = ()) -> list[str]:
        """Return the first `count` records of a topic, committed ones only, as the tool prints them."""
        arguments = ["--topic", topic, "--from-beginning", "--max-messages", str(count), "--timeout-ms", "20000"]
        arguments += ["--isolation-level", "read_committed", *_flags("--property", properties)]
        printed = await self.run("org.apache.kafka.tools.consumer.ConsoleConsumer", *arguments)
        return printed.splitlines()

    async def topics(self, *arguments: str) -> str:
        """Run the topics tool and return what it prints."""
        return await self.run("org.apache.kafka.tools.TopicCommand", *arguments)

    async def groups(self, *arguments: str) -> str:
        """Run the consumer groups tool and return what it prints."""
        return await self.run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", *arguments)

    async def run(self, tool: str, *arguments: str, given: str = "") -> str:
        """Run a tool by its class name and return what it prints."""
        command = [java(), "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", classpath(), tool]
        process = await asyncio.create_subprocess_exec(
            *command,
            "--bootstrap-server",
            self.bootstrap,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_TIMEOUT_S):
            printed, complaints = await process.communicate(given.encode())
        if process.returncode != 0:
            raise AssertionError(f"{tool} failed: {complaints.decode()[-1000:]}")
        return printed.decode()


def _flags(flag: str, properties: tuple[str, ...]) -> list[str]:
    return [part for each in properties for part in (flag, each)]
