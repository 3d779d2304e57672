"""Waiting for requests: whoever is interrupted by an outage knows which requests go on."""

from typing import Any

import pytest

from grym.cli.screen import Screen
from grym.cli.waiting import Awaited, wait_for
from grym.errors import UnavailableError


class Away:
    """A runtime whose database is away."""

    @property
    def client(self) -> Any:
        """Its client, which is as far away."""
        return self

    async def status(self, request_id: str) -> None:
        """Refuse."""
        raise UnavailableError(f"away, {request_id} too", code="db.unreachable")


async def test_an_outage_names_what_was_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    """People are told what to ask for later, programs find the ids in the details."""
    awaited = [Awaited(request_id=f"r{number}", kind="compose", label="the piece") for number in (1, 2)]
    runtime: Any = Away()
    with pytest.raises(UnavailableError) as caught:
        await wait_for(Screen(), runtime, awaited, timeout_s=1.0)
    assert caught.value.details["request_id"] == "r1,r2"
    assert "grym status r2" in capsys.readouterr().err
