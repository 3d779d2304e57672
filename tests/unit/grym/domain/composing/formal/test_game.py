"""Games."""

from collections import Counter

import pytest

from grym.domain.composing.formal.game import GAMES, Game, equilibria, play
from grym.domain.composing.seeds import stream


def test_equilibria_of_known_games() -> None:
    """Pennies and scissors have one mixed equilibrium, the dilemma one pure, the hunt two pure and one mixed."""
    assert equilibria(GAMES["pennies"]) == (((0.5, 0.5), (0.5, 0.5)),)
    assert equilibria(GAMES["dilemma"]) == (((0.0, 1.0), (0.0, 1.0)),)
    (ours, theirs), *others = equilibria(GAMES["scissors"])
    assert ours == theirs == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert not others
    assert [pair[0] for pair in equilibria(GAMES["hunt"])] == [(1.0, 0.0), (0.0, 1.0), pytest.approx((2 / 3, 1 / 3))]


def test_battle_of_the_sexes_mixes_by_the_others_payoff() -> None:
    """Each player mixes so that the other does not care: 3/5 and 2/5 for payoffs 3 and 2."""
    game = Game(first=((3, 0), (0, 2)), second=((2, 0), (0, 3)))
    ours, theirs = equilibria(game)[-1]
    assert ours == pytest.approx((0.6, 0.4))
    assert theirs == pytest.approx((0.4, 0.6))


def test_play_at_equilibrium_has_its_shares() -> None:
    """Pennies come up evenly, and the players do not know of each other."""
    rounds = Counter(play(GAMES["pennies"], "nash", 4000, rng=stream(1, "x")))
    assert all(count / 4000 == pytest.approx(0.25, abs=0.03) for count in rounds.values())
    assert len(rounds) == 4


def test_cooperation_and_competition_differ_in_the_dilemma() -> None:
    """Together both cooperate; each for himself both defect."""
    game, rng = GAMES["dilemma"], stream(1, "x")
    assert set(play(game, "cooperative", 9, rng=rng)) == {(0, 0)}
    assert set(play(game, "competitive", 9, rng=rng)[1:]) == {(1, 1)}
    assert set(play(game, "nash", 9, rng=rng)) == {(1, 1)}


def test_competition_answers_the_opponent() -> None:
    """In scissors each round after the first is a best answer to what the other chose so far, and shares even out."""
    rounds = play(GAMES["scissors"], "competitive", 3000, rng=stream(2, "x"))
    first = GAMES["scissors"].first
    for turn in range(1, 40):
        seen = Counter(column for _, column in rounds[:turn])
        worth = [sum(first[row][column] * count for column, count in seen.items()) for row in range(3)]
        assert worth[rounds[turn][0]] == max(worth)
    shares = Counter(row for row, _ in rounds)
    assert all(shares[row] / 3000 == pytest.approx(1 / 3, abs=0.1) for row in range(3))


@pytest.mark.parametrize("name", sorted(GAMES))
def test_every_game_can_be_played_in_every_manner(name: str) -> None:
    """Each game has an equilibrium, and choices are within its matrix."""
    game = GAMES[name]
    assert equilibria(game)
    for manner in ("nash", "cooperative", "competitive"):
        rounds = play(game, manner, 30, rng=stream(3, name))
        assert all(row < len(game.first) and column < len(game.first[0]) for row, column in rounds)
        assert rounds == play(game, manner, 30, rng=stream(3, name))
