"""Names as every store can keep them."""

from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.postgres.rows import index_name, plain
from grym.domain.patterns.names import CONTROL, MAX_NAME_CHARACTERS, collection_name, plain_text, plain_value


@given(text=st.text(st.characters(), max_size=700))
def test_names_are_those_of_the_database(text: str) -> None:
    """Whoever asks by the raw name finds what was stored under it, and doing it twice changes nothing."""
    assert plain_text(text) == plain(text)
    assert CONTROL.search(text) or collection_name(text) == index_name(text)
    assert plain_text(plain_text(text)) == plain_text(text)
    assert collection_name(collection_name(text)) == collection_name(text)


def test_long_names_are_kept_apart() -> None:
    """Also where they differ only at the end; what fits is left as it is."""
    fits = "n" * MAX_NAME_CHARACTERS
    assert collection_name(fits) == fits
    long, longer = collection_name(fits + "a"), collection_name(fits + "b")
    assert long != longer
    assert len(long) < MAX_NAME_CHARACTERS


def test_texts_are_made_plain_wherever_they_are() -> None:
    """In names and values, however deep; everything else is kept."""
    given_value = {"a\x00": ["\udc80", {"b": ("c\x00", 1.5, None, True)}]}
    assert plain_value(given_value) == {"a\ufffd": ["?", {"b": ["c\ufffd", 1.5, None, True]}]}


def test_a_collection_has_a_name_that_a_record_can_carry_as_its_key() -> None:
    """Control characters are replaced, and who had different ones keeps a name of its own."""
    one, other = collection_name("a\x1f"), collection_name("a\x1e")
    assert one != other
    assert one.isprintable()
    assert one.startswith("a\ufffd#")
