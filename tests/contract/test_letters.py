"""Dead letters: a register, and the record with its original bytes."""

from datetime import UTC, datetime

from schemas.catalogue import DEAD_LETTERS
from tests.contract.backends import Kit, letter, message


async def test_a_letter_comes_back_with_its_record(kit: Kit) -> None:
    """Found by the letter's id, whatever else lies in the topic."""
    headers = (("x", b"\xff"), ("grym_letter_id", b"l1"))
    async with kit.backend.work.begin() as work:
        await work.append([message(b"other", topic=DEAD_LETTERS, headers=(("grym_letter_id", b"l0"),))])
        await work.append([message(b"\x00bad", topic=DEAD_LETTERS, key=b"\xfe", headers=headers)])
        await work.file_letter(letter())
    found = await kit.backend.letters.letter("l1")
    assert found is not None
    assert found[0] == letter()
    assert (found[1].key, found[1].headers, found[1].value) == (b"\xfe", headers, b"\x00bad")
    assert await kit.backend.letters.letter("nobody") is None


async def test_a_letter_is_filed_once(kit: Kit) -> None:
    """The first line stays."""
    async with kit.backend.work.begin() as work:
        await work.file_letter(letter())
    async with kit.backend.work.begin() as work:
        await work.file_letter(letter(attempts=9))
    assert await kit.backend.letters.letters() == [letter()]


async def test_letters_are_listed_newest_first_and_by_state(kit: Kit) -> None:
    """Open ones unless asked otherwise."""
    async with kit.backend.work.begin() as work:
        for day in (1, 3, 2):
            await work.file_letter(letter(f"l{day}", created_at=datetime(2026, 1, day, tzinfo=UTC)))
        assert await work.mark_letter("l3", state="discarded")
    letters = kit.backend.letters
    assert [line.letter_id for line in await letters.letters()] == ["l2", "l1"]
    assert [line.letter_id for line in await letters.letters(state=None)] == ["l3", "l2", "l1"]
    assert [line.letter_id for line in await letters.letters(state="discarded")] == ["l3"]
    assert [line.letter_id for line in await letters.letters(state=None, limit=1)] == ["l3"]


async def test_redriving_is_counted(kit: Kit) -> None:
    """Discarding is not."""
    async with kit.backend.work.begin() as work:
        await work.file_letter(letter())
    for state in ("redriven", "redriven", "discarded"):
        async with kit.backend.work.begin() as work:
            assert await work.mark_letter("l1", state=state)
    [line] = await kit.backend.letters.letters(state=None)
    assert (line.state, line.redrives) == ("discarded", 2)


async def test_marking_a_letter_that_is_not_there_says_so(kit: Kit) -> None:
    """Nothing is made up."""
    async with kit.backend.work.begin() as work:
        assert not await work.mark_letter("nobody", state="redriven")
    assert await kit.backend.letters.letters(state=None) == []
