"""What L-BFGS takes the inverse Hessian to be, before its pairs correct it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ..arrays import FloatArray, PictureArray

FIRST_STEP = 7 / 255  # root mean square over all values, as a share of the range of pixels
BANDS = 13
LEARNT_SHARE = 0.7
FEWEST_PAIRS = 5  # fewer say too little of thirteen bands in three colours
# Brightness, and two oppositions: the channels' order does not matter to the first and only turns the others.
OPPONENT_COLOURS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])


def first_step(pixel_range: FloatArray, size: int) -> float:
    """Return a Euclidean length for the first trial step, from the channels' ranges, (k,).

    `size` is the number of all values.

    Left to itself L-BFGS-B first tries a step of length 1, a fraction of a grey level for all
    pixels together, and spends six to eight evaluations on growing it. Seven grey levels was best or
    near it in trials from 0.7 to 23.
    """
    return float(FIRST_STEP * np.sqrt(np.mean(pixel_range**2) * size))


class SpectralInverseHessian:
    """An inverse Hessian that is diagonal by spatial frequency and opponent colour, but for its scale.

        H = M^T irfft2 h(f, k) rfft2 M,   h(f, k) = (4 f)^(-2 exponent) at first

    with f the radial frequency in cycles a pixel, 1 / N at least where N is the longer side, and k one of the
    three opponent colours that M makes of a pixel. The spectrum of natural pictures falls about like 1 / f;
    pixels are badly scaled for them: L-BFGS settles fine grain first while broad tones hardly move.
    With h that of the change of variables x = x0 + irfft2(sqrt(h) rfft2(z)) L-BFGS over x takes the
    steps that it takes over z from the unit matrix. Frequency-weighted parametrisations come from feature
    visualisation (Mordvintsev et al., Differentiable Image Parameterizations, Distill 2018).

    From the fifth pair on h is learnt: in each of 13 bands of f, and each colour, the root of the sum of
    |s|^2 over the sum of |y|^2, over the steps s and the changes y of the gradient in the pairs. Where H were
    the inverse Hessian and diagonal, s would be H y. Of h it has the power 0.7 and the first h 0.3, each
    over its geometric mean; between bands log h is linear in log f.

    A picture is (H, W, 3), flat: (n,). Transforms are in the precision of what is transformed.
    """

    def __init__(self, shape: tuple[int, int, int], exponent: float) -> None:
        height, width, _ = shape
        self._shape = shape
        vertical = np.fft.fftfreq(height).astype(np.float32)[:, np.newaxis]
        horizontal = np.fft.rfftfreq(width).astype(np.float32)[np.newaxis]
        lowest = 1 / max(height, width)
        self._log_frequency = np.log(np.maximum(np.hypot(vertical, horizontal), lowest))
        edges = np.linspace(np.log(lowest), self._log_frequency.max(), BANDS + 1)[1:-1]
        self._band = np.searchsorted(edges, self._log_frequency, side='right').astype(np.uint8)
        counts = np.bincount(self._band.ravel(), minlength=BANDS)
        self._inhabited = counts > 0
        sums = np.bincount(self._band.ravel(), self._log_frequency.ravel(), BANDS)
        self._centres = sums[self._inhabited] / counts[self._inhabited]
        self._slope = -2 * exponent
        self._first = np.exp(self._slope * (np.log(np.float32(4)) + self._log_frequency))[:, :, np.newaxis]
        self._weights = self._first

    def powers(self, values: PictureArray) -> FloatArray:
        """Return the sum of the squared spectrum of a picture, (n,), in each band and colour, (13, 3).

        Frequencies whose twin is left out of a real spectrum count once, as the others do.
        """
        spectrum = self._spectrum(values)
        squares = spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
        bands = self._band.ravel()
        return np.stack([np.bincount(bands, squares[:, :, k].ravel(), BANDS) for k in range(3)], axis=1)

    def learn(self, powers: Sequence[tuple[FloatArray, FloatArray]]) -> None:
        """Take h from the `powers` of each pair's step and of its change of the gradient."""
        self._weights = self._first
        if len(powers) < FEWEST_PAIRS:
            return
        steps, changes = (np.sum(each, axis=0)[self._inhabited] for each in zip(*powers, strict=True))
        first = np.repeat(self._slope * self._centres[:, np.newaxis], 3, axis=1)
        first -= first.mean()
        known = (steps > 0) & (changes > 0)  # where there is no power there is nothing to learn
        if not known.any():
            return
        learnt = (np.log(steps[known]) - np.log(changes[known])) / 2
        mixed = first.copy()
        mixed[known] = LEARNT_SHARE * (learnt - learnt.mean()) + (1 - LEARNT_SHARE) * first[known]
        self._weights = np.empty((*self._log_frequency.shape, 3), np.float32)
        for colour in range(3):
            logarithm = np.interp(self._log_frequency, self._centres, mixed[:, colour])
            self._weights[:, :, colour] = np.exp(logarithm)

    def times(self, values: PictureArray) -> PictureArray:
        """Return H times a picture, (n,)."""
        spectrum = self._spectrum(values)
        spectrum *= self._weights
        weighted = scipy.fft.irfft2(spectrum, s=self._shape[:2], axes=(0, 1), workers=-1, overwrite_x=True)
        product: PictureArray = (weighted @ OPPONENT_COLOURS.astype(weighted.dtype)).reshape(-1)
        return product

    def _spectrum(self, values: PictureArray) -> NDArray[np.complexfloating]:
        colours = values.reshape(self._shape) @ OPPONENT_COLOURS.T.astype(values.dtype)
        spectrum: NDArray[np.complexfloating] = scipy.fft.rfft2(colours, axes=(0, 1), workers=-1)
        return spectrum
