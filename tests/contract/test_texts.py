"""Personal text: kept by reference, erased by user."""

import pytest

from grym.ports.effects import KeepText
from tests.contract.backends import Kit


async def keep(kit: Kit, ref: str, text: str, *, user: str = "u") -> None:
    """Keep a text."""
    async with kit.backend.work.begin() as work:
        await work.apply(KeepText(ref=ref, request_id="r", user=user, text=text))


@pytest.mark.parametrize("text", ["a calm nocturne", "", "with \x00 in it", "lone \ud800 surrogate", "🎹 ä"])
async def test_any_text_comes_back_as_it_was(kit: Kit, text: str) -> None:
    """Whatever a person may type."""
    await keep(kit, "t", text)
    assert await kit.backend.texts.text("t") == text


async def test_a_text_of_a_known_reference_is_kept_as_it_is(kit: Kit) -> None:
    """The first one stays."""
    await keep(kit, "t", "first")
    await keep(kit, "t", "second")
    assert await kit.backend.texts.text("t") == "first"
    assert await kit.backend.texts.text("nobody") is None


async def test_erasing_removes_the_texts_of_one_user(kit: Kit) -> None:
    """And says how many."""
    await keep(kit, "1", "mine")
    await keep(kit, "2", "mine too")
    await keep(kit, "3", "not mine", user="other")
    assert await kit.backend.housekeeping.erase("u") == 2
    assert await kit.backend.texts.text("1") is None
    assert await kit.backend.texts.text("3") == "not mine"
    assert await kit.backend.housekeeping.erase("u") == 0
