"""Sound as its own past: fitting an autoregressive model to a stretch, and filling in samples that are missing.

Missing samples are those that make the prediction error of the whole stretch least. With the model fixed that is a
linear system whose matrix holds the autocorrelation of the coefficients, banded by the order of the model.

References: Janssen, Veldhuis and Vries (1986), "Adaptive interpolation of discrete-time signals that can be modeled as
autoregressive processes", IEEE TASSP 34(2); Godsill and Rayner (1998), "Digital audio restoration", chapter 5.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, solve_toeplitz, solveh_banded
from scipy.signal import oaconvolve

Vector = NDArray[np.float64]

WHITENING = 1e-9
"""Share of the power added to the first correlation: keeps the model stable where a stretch is almost a pure tone."""
FLOOR = 1e-18


def autocorrelation(samples: Vector, *, order: int) -> Vector:
    """Return the correlations of a stretch at lags 0 to `order`, tapered towards its ends."""
    tapered = samples * np.hanning(len(samples) + 2)[1:-1]
    size = 1 << (2 * len(samples) - 1).bit_length()
    power = np.square(np.abs(np.fft.rfft(tapered, size)))
    lags: Vector = np.fft.irfft(power, size)[: order + 1]
    return lags


def model_of(samples: Vector, *, order: int) -> Vector:
    """Return the coefficients 1, a₁ … a_order of the filter that leaves only what cannot be predicted."""
    lags = autocorrelation(samples, order=order)
    lags[0] = lags[0] * (1.0 + WHITENING) + FLOOR
    try:
        predicted = solve_toeplitz(lags[:order], -lags[1:])
    except LinAlgError:
        predicted = np.zeros(order)
    model: Vector = np.concatenate([[1.0], predicted])
    return model


def filled(samples: Vector, missing: NDArray[np.intp], model: Vector) -> Vector:
    """Return a stretch with its missing samples filled in.

    Parameters
    ----------
    samples
        What lies at missing places has no influence.
    missing
        Their places, sorted.
    model
        As of `model_of`.
    """
    known = samples.copy()
    known[missing] = 0.0
    kernel = np.correlate(model, model, mode="full")
    order = len(model) - 1
    wanted = -oaconvolve(known, kernel, mode="same")[missing]
    width = min(order, len(missing) - 1)
    # Row of the banded form: the k-th neighbour among the missing ones, however far away in the stretch it lies.
    bands = np.zeros((width + 1, len(missing)))
    for k in range(width + 1):
        apart = missing[k:] - missing[: len(missing) - k]
        bands[k, : len(apart)] = np.where(apart <= order, kernel[order + np.minimum(apart, order)], 0.0)
    bands[0] *= 1.0 + WHITENING
    known[missing] = solveh_banded(bands, wanted, lower=True, overwrite_ab=True, check_finite=False)
    return known
