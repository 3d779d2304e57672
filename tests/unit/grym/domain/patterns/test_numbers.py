"""Between the bytes of the journal and vectors."""

import numpy as np

from grym.domain.patterns.numbers import BYTES_PER_VALUE, bytes_of, rows_of

ROWS = np.array([[0.1, -2.0, 0.0], [1.0, 65504.0, 1e-7]], dtype=np.float32)


def test_vectors_come_back_as_half_precision_keeps_them() -> None:
    """To about three digits, exactly where nothing is rounded, and bit for bit the second time."""
    rows = rows_of(bytes_of(ROWS), dim=3)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, ROWS, rtol=5e-4, atol=6e-8)
    assert len(bytes_of(ROWS)) == 6 * BYTES_PER_VALUE
    assert bytes_of(rows) == bytes_of(ROWS)


def test_no_bytes_are_no_rows() -> None:
    """Whatever dimension is said."""
    assert rows_of(b"", dim=0).shape == (0, 1)
    assert rows_of(b"", dim=7).shape == (0, 7)
