"""Repairs drawn for people, as the command and as `grym status` have them."""

from typing import Any

import pytest
from rich.console import Console

from grym.cli.repair_panels import named, repair_panel
from grym.cli.results import result_json, status_json
from producers.status import RequestStatus

STEP: dict[str, Any] = {"stage": "hum", "round": 1, "outcome": "kept", "found": {"hum_dbfs": -41.25}, "why": ""}
STATUS = RequestStatus(
    request_id="one",
    kind="enhance",
    state="completed",
    result={"steps": [STEP], "before": {"hum_dbfs": -41.25}, "after": {"hum_dbfs": None}, "kept": "enhanced"},
)


@pytest.mark.parametrize("value", [result_json(STATUS), status_json(STATUS)])
def test_repairs_are_drawn_wherever_they_lie(value: dict[str, Any]) -> None:
    """The steps of the request do not stand in for those of the repair."""
    console = Console(width=100, record=True, quiet=False, file=None)
    with console.capture() as told:
        console.print(repair_panel(value))
    assert "repaired" in told.get()
    assert "hum -41.25 dBFS" in told.get()


def test_measures_are_named_with_their_units() -> None:
    """The unit is read from the end of the name."""
    assert named("clicks_per_s", 3.0) == "clicks 3 1/s"
    assert named("noise_share", 0.5) == "noise share 0.5"
