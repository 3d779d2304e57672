"""Faust as its guide shows it: an agent over events, sends buffered, offsets committed on its timer."""

# mypy: ignore-errors
# ruff: noqa: ANN001
# Its client lives in the peers' environment, not in grym's.

import sys
import tempfile

import faust

from benchmarks.environment import from_environment, step

SETTINGS = from_environment()
WORK = step(SETTINGS)

app = faust.App(
    SETTINGS.group,
    broker=f"kafka://{SETTINGS.bootstrap}",
    datadir=tempfile.mkdtemp(prefix="faust-"),
    key_serializer="raw",
    value_serializer="raw",
    web_enabled=False,
    topic_disable_leader=True,
    topic_allow_declare=False,
    broker_session_timeout=SETTINGS.session_ms / 1000,
    broker_heartbeat_interval=SETTINGS.heartbeat_ms / 1000,
    broker_commit_interval=0.5,
    producer_acks=-1,
    producer_linger_ms=SETTINGS.linger_ms,
    consumer_auto_offset_reset="earliest",
    consumer_max_fetch_size=4 * 1024 * 1024,
)
source = app.topic(SETTINGS.in_topic, key_type=bytes, value_type=bytes)
target = app.topic(SETTINGS.out_topic, key_type=bytes, value_type=bytes)


@app.agent(source)
async def copy(stream) -> None:
    """Copy every event; one agent at a time, so that order is kept."""
    async for event in stream.events():
        value = WORK(event.value) if WORK else event.value
        await target.send(key=event.key, value=value, headers=event.headers)


if __name__ == "__main__":
    sys.argv = ["faust", "worker", "--loglevel", "error", "--without-web"]
    app.main()
