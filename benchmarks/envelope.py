"""Cost of the envelope codec on a typical event, beside the CloudEvents SDK on the same record.

Run: ``python benchmarks/envelope.py``. Input: a `grym.music.generated.v1` of about 850 bytes; best of five repeats of
5,000 rounds (SDK: 500). The goal is at most 6 µs each way.
"""

import platform
import timeit
from collections.abc import Callable
from datetime import UTC, datetime

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event

from schemas.body import ArtifactRef, CheckResult, MotifData
from schemas.envelope import Envelope, decode, encode
from schemas.events import MusicGenerated

REPEATS = 5
BODY = MusicGenerated(
    midi=ArtifactRef(uri="artifact://sha256/" + "a" * 64, size_bytes=4_312, media_type="audio/midi", name="midi"),
    musicxml=ArtifactRef(uri="artifact://sha256/" + "b" * 64, size_bytes=91_220, media_type="application/xml"),
    audio=ArtifactRef(
        uri="artifact://sha256/" + "c" * 64, size_bytes=5_292_044, media_type="audio/wav", samples=1_323_000
    ),
    backend="synth",
    duration_s=30.0,
    sample_rate_hz=44_100,
    score_checks=(CheckResult(name="in_key", value=0.98, required="≥ 0.9", unit="share", passed=True),),
    motifs=(MotifData(intervals=(2, 2, -4), durations_beats=(1.0, 0.5, 0.5, 2.0)),),
    provenance={"planner": "rules/1", "synthesiser": "synth/1"},
    timings_s={"plan": 0.01, "render": 1.2345, "score": 0.3},
)
ENVELOPE = Envelope(
    id="3f0e2f61-61a4-5c7e-9a5e-0d5b0f6a7c11",
    source="grym/generation",
    type=MusicGenerated.TYPE,
    subject="0192f1c4-7b1e-7d3a-9d53-5f2e0c5f7a10",
    time=datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC),
    body=BODY,
    correlation_id="0192f1c4-7b1e-7d3a-9d53-5f2e0c5f7a10",
    causation_id="7d8ff2a1-90cc-5e49-8a45-4d2a2a6b1f00",
)
MESSAGE = encode(ENVELOPE)


def cost_us(call: Callable[[], object], rounds: int) -> float:
    """Return the cost of one call in microseconds."""
    return min(timeit.repeat(call, number=rounds, repeat=REPEATS)) / rounds * 1e6


def main() -> None:
    """Print a table."""
    if decode(MESSAGE) != ENVELOPE:
        raise SystemExit("the event does not survive the round trip")
    theirs = KafkaMessage(headers=dict(MESSAGE.headers), key=MESSAGE.key, value=MESSAGE.value or b"")
    event = from_binary_event(theirs)
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(MESSAGE.value or b'')} bytes of JSON")
    print(f"{'codec':<18}{'encode µs':>10}{'decode µs':>10}")
    ours = (cost_us(lambda: encode(ENVELOPE), 5_000), cost_us(lambda: decode(MESSAGE), 5_000))
    sdk = (cost_us(lambda: to_binary_event(event), 500), cost_us(lambda: from_binary_event(theirs), 500))
    print(f"{'schemas.envelope':<18}{ours[0]:>10.1f}{ours[1]:>10.1f}")
    print(f"{'cloudevents SDK':<18}{sdk[0]:>10.1f}{sdk[1]:>10.1f}")


if __name__ == "__main__":
    main()
