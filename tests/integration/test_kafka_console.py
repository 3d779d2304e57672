"""The test broker and Kafka's own tools: what the other tests on real Kafka stand on."""

from tests.support.kafka_console import Console


async def test_what_the_console_producer_sends_the_console_consumer_reads(console: Console, topic_prefix: str) -> None:
    """Key, headers and value arrive, in order."""
    topic = f"{topic_prefix}plain"
    await console.topics("--create", "--topic", topic, "--partitions", "1")
    await console.produce(
        topic, ["a:1\tk\tone", "a:2\tk\ttwo"], "parse.key=true", "parse.headers=true", "headers.delimiter=\t"
    )
    read = await console.consume(topic, count=2, properties=("print.key=true", "print.headers=true"))
    assert read == ["a:1\tk\tone", "a:2\tk\ttwo"]
