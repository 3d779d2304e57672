"""Who advises here: what the settings say, and what the server lists."""

import pytest

from grym.errors import AdapterError
from grym.runtime.planning import adviser_of, models_of
from grym.settings import Settings
from tests.support.describing import FakeServer, describing_server


def test_without_a_server_nobody_advises() -> None:
    """The rules plan alone."""
    assert adviser_of(Settings()) is None


def test_the_settings_say_how_it_is_asked() -> None:
    """The key comes out of its wrapping here."""
    asked = adviser_of(Settings(llm="http://host:1/v1", llm_model="m", llm_key="secret", llm_timeout_s=7.0))  # type: ignore[arg-type]  # pydantic wraps it
    assert asked is not None
    assert (asked.url, asked.model, asked.key, asked.timeout_s) == ("http://host:1/v1", "m", "secret", 7.0)


async def test_models_are_listed() -> None:
    """For whoever looks after the machine."""
    with describing_server(FakeServer()) as server:
        assert await models_of(Settings(llm=f"{server.url}/v1")) == ["listener-7b"]


async def test_a_server_that_is_away_is_told() -> None:
    """With the setting that names it."""
    with pytest.raises(AdapterError) as caught:
        await models_of(Settings(llm="http://127.0.0.1:9/v1"))
    assert (caught.value.code, "GRYM_LLM" in caught.value.hint) == ("llm.unreachable", True)
