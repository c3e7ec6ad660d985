"""Where L-BFGS searches: linear changes of variables between the optimiser and the objective."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import scipy.fft

from ..arrays import FloatArray, PictureArray

FIRST_STEP = 7 / 255  # root mean square over all values, as a share of the range of pixels


def first_step(pixel_range: FloatArray, size: int) -> float:
    """Return a Euclidean length for the first trial step, from the channels' ranges, (k,).

    `size` is the number of all values.

    Left to itself L-BFGS-B first tries a step of length 1, a fraction of a grey level for all
    pixels together, and spends six to eight evaluations on growing it. Seven grey levels was best or
    near it in trials from 0.7 to 23.
    """
    return float(FIRST_STEP * np.sqrt(np.mean(pixel_range**2) * size))


class Coordinates(Protocol):
    """A linear change of variables x = x0 + P z, with P symmetric, over flat arrays, (n,).

    z is float64; x and the gradients may be in the precision of the evaluation.
    """

    def of(self, x: PictureArray) -> FloatArray:
        """Return z."""
        ...

    def picture(self, z: FloatArray) -> PictureArray:
        """Return x."""
        ...

    def gradient(self, gradient: PictureArray) -> PictureArray:
        """Return the gradient for z from the gradient for x: P applied to it (chain rule)."""
        ...


class PixelCoordinates:
    """The pixels themselves, as in all of the published systems: x0 = 0, P = 1."""

    def of(self, x: PictureArray) -> FloatArray:
        return x.astype(np.float64)

    def picture(self, z: FloatArray) -> FloatArray:
        return z

    def gradient(self, gradient: PictureArray) -> PictureArray:
        return gradient


class SpectralCoordinates:
    """Spatial frequencies weighted like those of natural pictures.

        x = x0 + irfft2(S(f) rfft2(z)),   S(f) = step * (max(f, 1 / N) / (1 / 4))^-exponent

    on each colour channel, f the radial frequency in cycles a pixel and N the longer side. The
    spectrum of natural pictures falls about like 1 / f; pixels are badly scaled for them: L-BFGS
    settles fine grain first while broad tones hardly move. The objective and its minima are the same;
    only the way there changes. Frequency-weighted parametrisations come from feature visualisation
    (Mordvintsev et al., Differentiable Image Parameterizations, Distill 2018).

    x and the transforms have the precision of `x0`: what is evaluated in float32 is not made in
    float64, at twice the time and memory.

    `step` is how far, in units of x and in the Euclidean norm, L-BFGS-B's first trial goes at
    f = 1/4: it always tries a step of length 1 in z first (`first_step`).
    """

    def __init__(
        self, x0: PictureArray, shape: tuple[int, int, int], exponent: float, step: float = 1.0
    ) -> None:
        height, width, _ = shape
        vertical = np.fft.fftfreq(height)[:, np.newaxis]
        horizontal = np.fft.rfftfreq(width)[np.newaxis]
        frequency = np.maximum(np.hypot(vertical, horizontal), 1 / max(height, width))
        self._x0 = x0
        self._shape = shape
        self._weights = (step * (4 * frequency) ** -exponent)[:, :, np.newaxis].astype(x0.dtype)

    def of(self, x: PictureArray) -> FloatArray:
        if np.array_equal(x, self._x0):
            return np.zeros(x.size)  # which takes no memory until it is written to
        return self._filtered(x - self._x0, 1 / self._weights).astype(np.float64)

    def picture(self, z: FloatArray) -> PictureArray:
        moved = self._filtered(z, self._weights)
        moved += self._x0
        return moved

    def gradient(self, gradient: PictureArray) -> PictureArray:
        return self._filtered(gradient, self._weights)

    def _filtered(self, values: PictureArray, weights: PictureArray) -> PictureArray:
        picture = values.astype(self._x0.dtype, copy=False).reshape(self._shape)
        spectrum = scipy.fft.rfft2(picture, axes=(0, 1), workers=-1)
        spectrum *= weights
        filtered: PictureArray = scipy.fft.irfft2(
            spectrum, s=self._shape[:2], axes=(0, 1), workers=-1, overwrite_x=True
        )
        return filtered.reshape(-1)
