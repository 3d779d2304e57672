"""What listening itself costs, without any log: blocks of a tenth of a second into streams, alone and in company.

Alone, one stream after the other takes a block. In company eight streams take theirs in turns, step by step, as those
do that a worker of `live` hears at once, and share the work that all of them need.
"""

import statistics
import time
import tracemalloc
from itertools import zip_longest

import numpy as np

from benchmarks.live.tune import RATE_HZ, tune
from grym.domain.live.company import MOST, Company
from grym.domain.live.followers import default_followers
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream

BLOCK = RATE_HZ // 10
WARM_BLOCKS = 100
"""Windows, filters and tables are made in the first seconds, and a stream is heard for longer than that."""


def measure(*, seconds: float, streams: int = 4) -> dict[str, float]:
    """Return processor time of a block in microseconds, its quantiles, memory and checkpoint of a stream."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    many = [LiveStream(StreamFormat(sample_rate_hz=RATE_HZ, channels=1), default_followers()) for _ in range(streams)]
    sound = tune(WARM_BLOCKS / 10 + seconds)
    for number in range(WARM_BLOCKS):
        _feed(many, sound, number)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    took_us = [_timed_us(many, sound, number) for number in range(WARM_BLOCKS, sound.shape[1] // BLOCK)]
    each = sorted(us for row in took_us for us in row)
    saved_us, state = _saved(many[0])
    return {
        "together_mean_us": _together_us(sound),
        "blocks": len(each),
        "mean_us": statistics.fmean(each),
        "p50_us": each[len(each) // 2],
        "p95_us": each[int(0.95 * len(each))],
        "p99_us": each[int(0.99 * len(each))],
        "memory_kb": (after - before) / streams / 1024,
        "state_kb": len(state) / 1024,
        "save_us": saved_us,
    }


def _feed(many: list[LiveStream], sound: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", number: int) -> None:
    for stream in many:
        stream.take(_frame(sound, number))


def _timed_us(
    many: list[LiveStream], sound: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", number: int
) -> list[float]:
    """Return what a block costs each stream: processor time of this thread, which others cannot lengthen."""
    took = []
    for stream in many:
        frame = _frame(sound, number)
        began_ns = time.thread_time_ns()
        stream.take(frame)
        took.append((time.thread_time_ns() - began_ns) / 1000)
    return took


def _together_us(sound: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> float:
    """Return the mean processor time of a block in company."""
    company, form = Company(), StreamFormat(sample_rate_hz=RATE_HZ, channels=1)
    many = [LiveStream(form, default_followers(), company=company) for _ in range(MOST)]
    for number in range(WARM_BLOCKS):
        _in_turns(many, _frame(sound, number))
    began_ns = time.thread_time_ns()
    count = sound.shape[1] // BLOCK
    for number in range(WARM_BLOCKS, count):
        _in_turns(many, _frame(sound, number))
    return (time.thread_time_ns() - began_ns) / (count - WARM_BLOCKS) / len(many) / 1000


def _in_turns(many: list[LiveStream], frame: Frame) -> None:
    for _ in zip_longest(*(stream.steps(frame) for stream in many)):
        pass


def _saved(stream: LiveStream) -> tuple[float, bytes]:
    began_ns = time.thread_time_ns()
    for _ in range(20):
        state = stream.state()
    return (time.thread_time_ns() - began_ns) / 20 / 1000, state


def _frame(sound: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", number: int) -> Frame:
    return Frame(
        sequence=number,
        first_sample=number * BLOCK,
        sample_rate_hz=RATE_HZ,
        samples=sound[:, number * BLOCK : (number + 1) * BLOCK],
    )
