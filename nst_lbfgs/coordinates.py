"""Where L-BFGS searches: linear changes of variables between the optimiser and the objective."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


FIRST_STEP = 7 / 255  # root mean square over all values, as a share of the range of pixels


def first_step(pixel_range: FloatArray) -> float:
    """Return a Euclidean length for the first trial step, from each value's range, (n,).

    Left to itself L-BFGS-B first tries a step of length 1, a fraction of a grey level for all
    pixels together, and spends six to eight evaluations on growing it. Seven grey levels was best or
    near it in trials from 0.7 to 23.
    """
    return float(FIRST_STEP * np.linalg.norm(pixel_range))


class Coordinates(Protocol):
    """A linear change of variables x = x0 + P z, with P symmetric, over flat float64 arrays."""

    def start(self) -> FloatArray:
        """Return the z at which x is the starting picture."""
        ...

    def picture(self, z: FloatArray) -> FloatArray:
        """Return x."""
        ...

    def gradient(self, gradient: FloatArray) -> FloatArray:
        """Return the gradient for z from the gradient for x: P applied to it (chain rule)."""
        ...


class PixelCoordinates:
    """The pixels themselves, as in all of the published systems."""

    def __init__(self, x0: FloatArray) -> None:
        self._x0 = x0

    def start(self) -> FloatArray:
        x0: FloatArray = self._x0.copy()
        return x0

    def picture(self, z: FloatArray) -> FloatArray:
        return z

    def gradient(self, gradient: FloatArray) -> FloatArray:
        return gradient


class SpectralCoordinates:
    """Spatial frequencies weighted like those of natural pictures.

        x = x0 + irfft2(S(f) rfft2(z)),   S(f) = step * (max(f, 1 / N) / (1 / 4))^-exponent

    on each colour channel, f the radial frequency in cycles a pixel and N the longer side. The
    spectrum of natural pictures falls about like 1 / f; pixels are badly scaled for them: L-BFGS
    settles fine grain first while broad tones hardly move. The objective and its minima are the same;
    only the way there changes. Frequency-weighted parametrisations come from feature visualisation
    (Mordvintsev et al., Differentiable Image Parameterizations, Distill 2018).

    `step` is how far, in units of x and in the Euclidean norm, L-BFGS-B's first trial goes at
    f = 1/4: it always tries a step of length 1 in z first (`first_step`).
    """

    def __init__(self, x0: FloatArray, shape: tuple[int, int, int], exponent: float,
                 step: float = 1.0) -> None:
        height, width, _ = shape
        vertical = np.fft.fftfreq(height)[:, np.newaxis]
        horizontal = np.fft.rfftfreq(width)[np.newaxis]
        frequency = np.maximum(np.hypot(vertical, horizontal), 1 / max(height, width))
        self._x0 = x0
        self._shape = shape
        self._weights = (step * (4 * frequency)**-exponent)[:, :, np.newaxis]

    def start(self) -> FloatArray:
        return np.zeros_like(self._x0)

    def picture(self, z: FloatArray) -> FloatArray:
        return self._x0 + self._weighted(z)

    def gradient(self, gradient: FloatArray) -> FloatArray:
        return self._weighted(gradient)

    def _weighted(self, values: FloatArray) -> FloatArray:
        spectrum = scipy.fft.rfft2(values.reshape(self._shape), axes=(0, 1), workers=-1)
        spectrum *= self._weights
        weighted: FloatArray = scipy.fft.irfft2(spectrum, s=self._shape[:2], axes=(0, 1), workers=-1,
                                                overwrite_x=True)
        return weighted.reshape(-1)
