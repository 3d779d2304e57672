"""Landmarks in sorted runs: every place is found, whatever was merged, and nobody's who was given up."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.recognition.imprint import Landmarks
from grym.memory.recognising.landmark_runs import GROWTH, LandmarkRun, look_up, merged, run_of, with_run

ROOM = 32

pieces = st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=20), max_size=12)


def landmarks(places: list[tuple[int, int]]) -> Landmarks:
    """Return landmarks in order of their frames."""
    ordered = sorted(places, key=lambda place: place[1])
    return Landmarks(
        hashes=np.array([place[0] for place in ordered], dtype=np.uint32),
        frames=np.array([place[1] for place in ordered], dtype=np.int32),
    )


def kept(found: list[list[tuple[int, int]]], alive: np.ndarray) -> tuple[LandmarkRun, ...]:
    """Return the runs after all pieces were added."""
    runs: tuple[LandmarkRun, ...] = ()
    for number, places in enumerate(found):
        runs = with_run(runs, run_of(number, landmarks(places)), alive=alive)
    return runs


@given(pieces, st.lists(st.integers(0, 12), max_size=8), st.sets(st.integers(0, 11)))
def test_every_place_of_the_living_is_found_once(
    found: list[list[tuple[int, int]]], asked: list[int], given_up: set[int]
) -> None:
    """As a plain search through everything would find them."""
    alive = np.array([number not in given_up for number in range(ROOM)])
    runs = kept(found, np.ones(ROOM, dtype=np.bool_))
    answer = look_up(runs, np.array(asked, dtype=np.uint32), alive=alive, most=10_000)
    wanted = sorted(
        (query, number, frame)
        for query, sought in enumerate(asked)
        for number, places in enumerate(found)
        if number not in given_up
        for hashed, frame in places
        if hashed == sought
    )
    assert sorted(zip(answer.queries.tolist(), answer.numbers.tolist(), answer.frames.tolist(), strict=True)) == wanted


@given(pieces)
def test_there_are_few_runs(found: list[list[tuple[int, int]]]) -> None:
    """Each is several times larger than the next."""
    runs = kept(found, np.ones(ROOM, dtype=np.bool_))
    sizes = [len(run) for run in runs]
    assert all(before >= GROWTH * after for before, after in itertools.pairwise(sizes))


def test_merging_leaves_out_who_was_given_up() -> None:
    """So that the places of forgotten patterns do not stay for ever."""
    alive = np.ones(ROOM, dtype=np.bool_)
    runs = with_run((), run_of(0, landmarks([(1, 1), (2, 2)])), alive=alive)
    alive[0] = False
    runs = with_run(runs, run_of(1, landmarks([(1, 5), (3, 6)])), alive=alive)
    assert [run.numbers.tolist() for run in runs] == [[1, 1]]


def test_a_landmark_heard_everywhere_tells_nothing() -> None:
    """It is left out, the others are found."""
    run = run_of(0, landmarks([(1, frame) for frame in range(5)] + [(2, 9)]))
    answer = look_up((run,), np.array([1, 2], dtype=np.uint32), alive=np.ones(ROOM, dtype=np.bool_), most=4)
    assert (answer.queries.tolist(), answer.frames.tolist()) == ([1], [9])


def test_how_runs_were_merged_does_not_change_the_answer() -> None:
    """A landmark is too common in all of them together or in none, sealed as one run or not."""
    alive = np.ones(ROOM, dtype=np.bool_)
    apart = tuple(run_of(number, landmarks([(1, 0), (1, 1), (2, 9)])) for number in range(2))
    together = (merged(apart, alive=alive),)
    for runs in (apart, together):
        answer = look_up(runs, np.array([1, 2], dtype=np.uint32), alive=alive, most=3)
        assert (answer.queries.tolist(), answer.numbers.tolist()) == ([1, 1], [0, 1])
