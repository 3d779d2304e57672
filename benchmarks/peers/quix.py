"""Quix Streams: at least once, offsets committed on its timer; an error ends the process, then started again."""

# mypy: ignore-errors
# Its client lives in the peers' environment, not in grym's.

from quixstreams import Application

from benchmarks.environment import from_environment, step

SETTINGS = from_environment()
WORK = step(SETTINGS)


def main() -> None:
    """Copy until told to stop (Quix listens to SIGTERM itself)."""
    app = Application(
        broker_address=SETTINGS.bootstrap,
        consumer_group=SETTINGS.group,
        auto_offset_reset="earliest",
        commit_interval=0.5,
        processing_guarantee="at-least-once",
        consumer_extra_config={
            "session.timeout.ms": SETTINGS.session_ms,
            "heartbeat.interval.ms": SETTINGS.heartbeat_ms,
            "isolation.level": "read_committed",
        },
        producer_extra_config={"acks": "all", "linger.ms": SETTINGS.linger_ms, "partitioner": "murmur2_random"},
        use_changelog_topics=False,
        loglevel="ERROR",
    )
    source = app.topic(SETTINGS.in_topic, key_deserializer="bytes", value_deserializer="bytes")
    target = app.topic(SETTINGS.out_topic, key_serializer="bytes", value_serializer="bytes")
    frame = app.dataframe(source)
    if WORK is not None:
        frame = frame.apply(WORK)
    frame.to_topic(target)
    app.run()


if __name__ == "__main__":
    main()
