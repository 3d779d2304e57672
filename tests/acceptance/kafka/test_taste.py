"""What ratings teach is the same on Kafka with workers killed at random as it is embedded, where nobody is killed."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.kafka.chaos import Crew
from tests.acceptance.tastes import (
    USUAL_BPM,
    Listener,
    Piece,
    Story,
    listening,
    require_moved,
    require_told,
    require_unmoved,
    told_in_a_line,
)
from tests.support.kafka_world import KafkaWorld

SEED = 11
"""Draws four kills into the twenty commands of the short form, among the ratings, and 27 into the long one."""
LONGEST_S = 600.0
"""A command may meet several kills, each of which Kafka notices after most of a minute."""
QUICK = (2, 4, 0.2)
WHOLE = (len(USUAL_BPM), 3, 0.25)
"""Kinds of music, further takes of each, and how likely somebody is killed before a command."""


@dataclass(slots=True, kw_only=True)
class Killer:
    """Kills a worker now and then."""

    crew: Crew
    share: float
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def __call__(self) -> None:
        """Kill one with the given probability; it is started again at once."""
        if self.chance.random() < self.share:
            self.crew.kill_one()


@pytest.fixture
def embedded(new_grym: Callable[[str], Grym]) -> Iterator[Grym]:
    """Return an embedded runtime with a server of its own."""
    grym = new_grym("taste")
    server = grym.start("up")
    yield grym
    server.stop()


def served(pieces: Sequence[Piece]) -> list[dict[str, object]]:
    """Return what a listener was served: values, where each came from, and which arm it was."""
    return [{"arm": piece.told["learning"]["arm"], **piece.told["parameters"]} for piece in pieces]


def require_same(one: Story, other: Story) -> None:
    """Check that both listeners got the same, piece by piece."""
    assert served(one.rated) == served(other.rated)
    assert served(one.later) == served(other.later)
    assert served(one.others_later) == served(other.others_later)


def told_under_kills(world: KafkaWorld, prompts: Sequence[str], *, takes: int, share: float) -> tuple[Story, int]:
    """Return what happens on Kafka while workers are killed, and how many were."""
    world.command_s = LONGEST_S
    world.grym("db", "migrate")
    crew = Crew(world=world, words={f"all-{number}": ("up",) for number in (1, 2)})
    crew.start()
    killer = Killer(crew=crew, share=share)
    rosa, bert = (
        Listener(name=name, tell=world.grym, folder=world.folder, before_each=killer) for name in ("rosa", "bert")
    )
    story = listening(rosa, bert, prompts, takes=takes)
    assert world.grym("learn", "replay", "--audit")["equal"] is True
    return story, len(crew.killed)


@pytest.mark.slow
def test_a_few_kills_change_nothing(world: KafkaWorld, embedded: Grym, measured: Measured) -> None:
    """Two kinds of music, ten ratings: the same proposals to the last digit."""
    kinds, takes, share = QUICK
    prompts = list(USUAL_BPM)[:kinds]
    story, kills = told_under_kills(world, prompts, takes=takes, share=share)
    rosa, bert = (Listener(name=name, tell=embedded.tell, folder=embedded.work) for name in ("rosa", "bert"))
    require_same(story, listening(rosa, bert, prompts, takes=takes))
    require_unmoved(world.folder, story)
    assert kills > 0
    measured(f"{len(story.rated)} ratings on Kafka, {kills} workers killed", told_in_a_line(story.later), "as embedded")


@pytest.mark.slow
def test_kills_at_random_change_nothing(world: KafkaWorld, embedded: Grym, measured: Measured) -> None:
    """Forty ratings: later pieces move as they do without kills, parameters say why, nobody else moves."""
    kinds, takes, share = WHOLE
    prompts = list(USUAL_BPM)[:kinds]
    story, kills = told_under_kills(world, prompts, takes=takes, share=share)
    rosa, bert = (Listener(name=name, tell=embedded.tell, folder=embedded.work) for name in ("rosa", "bert"))
    require_same(story, listening(rosa, bert, prompts, takes=takes))
    require_moved(story, pace=0.92, minor=0.25, strings=0.2, stars=1.0)
    require_told(story)
    require_unmoved(world.folder, story)
    assert kills >= len(prompts)
    measured(f"{len(story.rated)} ratings on Kafka, {kills} workers killed", told_in_a_line(story.later), "as embedded")
