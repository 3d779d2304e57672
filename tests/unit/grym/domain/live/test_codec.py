"""The state as bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.live.codec import HEADER, decoded, encoded
from grym.errors import ContractError

numbers = st.floats(allow_nan=False) | st.integers(-(2**60), 2**60) | st.booleans() | st.none()
names = st.text(max_size=8).filter(lambda name: not name.startswith("$"))
trees = st.recursive(
    numbers | st.text() | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(state=st.dictionaries(names, trees, max_size=5))
def test_trees_come_back_to_the_last_bit(state: dict[str, object]) -> None:
    """Numbers, texts and bytes in lists and mappings survive."""
    assert repr(decoded(encoded(state))) == repr(state)


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint16", "int64", "bool"])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 0), (2, 3, 4)])
def test_arrays_keep_type_shape_and_bits(dtype: str, shape: tuple[int, ...]) -> None:
    """Arrays of any shape, empty ones included, come back writable."""
    array = (np.random.default_rng(0).standard_normal(shape) * 100.0).astype(dtype)
    back = decoded(encoded({"inner": [1, {"array": array}], "after": array}))
    for one in (back["inner"][1]["array"], back["after"]):
        assert one.dtype == array.dtype
        np.testing.assert_array_equal(one, array)
        assert one.flags.writeable


def test_numpy_scalars_become_plain_numbers() -> None:
    """A scalar of numpy is written as the number it is."""
    assert decoded(encoded({"level": np.float64(0.1), "count": np.int32(3)})) == {"level": 0.1, "count": 3}


def test_another_version_is_refused_by_name() -> None:
    """A state that a later grym wrote is not guessed at."""
    data = bytearray(encoded({"a": 1}))
    data[4] += 1
    with pytest.raises(ContractError) as refused:
        decoded(bytes(data))
    assert refused.value.code == "live.state_version"


@pytest.mark.parametrize("where", [0, 5, 9, HEADER.size, -1])
def test_altered_bytes_are_refused(where: int) -> None:
    """One flipped bit anywhere but in the version is found."""
    data = bytearray(encoded({"a": np.arange(4)}))
    data[where] ^= 1
    with pytest.raises(ContractError) as refused:
        decoded(bytes(data))
    assert refused.value.code == "live.state_damaged"


@pytest.mark.parametrize("length", [0, 3, HEADER.size, HEADER.size + 3])
def test_cut_bytes_are_refused(length: int) -> None:
    """A state cut short is found."""
    with pytest.raises(ContractError):
        decoded(encoded({"a": 1})[:length])
