"""Counting everything and telling little."""

from grym.domain.live.alerts import SENTENCES, Alerts


def test_the_first_of_a_name_is_told_at_once() -> None:
    """Nobody waits to hear of a new fault."""
    alerts = Alerts()
    alerts.note("gap", at_s=1.0, duration_s=0.2)
    (told,) = alerts.due(10)
    assert (told.name, told.number, told.at_s, told.count, told.duration_s) == ("gap", 0, 1.0, 1, 0.2)
    assert told.detail == SENTENCES["gap"]
    assert list(alerts.due(10)) == []


def test_a_storm_is_told_once_a_second() -> None:
    """A fault in every window is told ten times in ten seconds, and all are counted."""
    alerts = Alerts()
    told = []
    for window in range(100):
        alerts.note("clipping", at_s=window * 0.1, amount=7)
        told += list(alerts.due(window))
    assert [alert.number for alert in told] == list(range(10))
    assert told[-1].count == 7 * 91
    assert alerts.counts["clipping"] == 700


def test_what_waits_is_added_up() -> None:
    """Between two alerts the first place is kept and the lengths are added."""
    alerts = Alerts()
    alerts.note("gap", at_s=0.0, duration_s=0.1)
    list(alerts.due(0))
    alerts.note("gap", at_s=0.5, duration_s=0.2)
    alerts.note("gap", at_s=0.8, duration_s=0.3)
    (told,) = alerts.due(10)
    assert (told.at_s, told.count) == (0.5, 3)
    assert told.duration_s == 0.5


def test_names_do_not_hold_each_other_back() -> None:
    """A second fault is told although another one was told just now."""
    alerts = Alerts()
    alerts.note("gap", at_s=0.0)
    list(alerts.due(0))
    alerts.note("duplicate", at_s=0.1)
    assert [alert.name for alert in alerts.due(1)] == ["duplicate"]


def test_at_the_end_everything_is_told() -> None:
    """Nothing counted stays unsaid."""
    alerts = Alerts()
    for _ in range(2):
        alerts.note("late", at_s=0.0)
        told = list(alerts.due(0, all_of_them=True))
    assert told[0].count == 2


def test_alerts_are_restored() -> None:
    """Numbers, counts and what waits go on."""
    alerts = Alerts()
    alerts.note("silence", at_s=0.0)
    list(alerts.due(0))
    alerts.note("silence", at_s=0.0, amount=0, duration_s=4.0, over=True)
    (told,) = Alerts.restored(alerts.state()).due(20)
    assert (told.number, told.count, told.over, told.duration_s) == (1, 1, True, 4.0)
