"""What checkpoints of versions 0.1.0 and 0.2.0 have of a search in spectral coordinates, as today's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ..arrays import PictureArray
from .curvature import Pairs
from .state import SearchState


def in_pixels(
    state: SearchState, x0: PictureArray, shape: tuple[int, int, int], exponent: float, step: float
) -> SearchState:
    """Return a weighted state, as `SearchState.weighted` has it, as one of pictures.

    Those versions moved z, on each colour channel of a picture of `shape`, (H, W, 3):

        x = x0 + P z,   P z = irfft2(S(f) rfft2(z)),   S(f) = step (max(f, 1 / N) / (1 / 4))^-exponent

    f is the radial frequency in cycles a pixel, N the longer side. A step in z is P times as far in x, and
    a gradient for x is P^-1 times that for z.
    """
    height, width, _ = shape
    frequency = np.hypot(np.fft.fftfreq(height)[:, np.newaxis], np.fft.rfftfreq(width)[np.newaxis])
    weights = step * (4 * np.maximum(frequency, 1 / max(height, width))) ** -exponent

    def filtered(values: NDArray[np.floating], factors: NDArray[np.floating]) -> PictureArray:
        spectrum = scipy.fft.rfft2(values.reshape(shape).astype(np.float64), axes=(0, 1), workers=-1)
        picture: PictureArray = scipy.fft.irfft2(
            spectrum * factors[:, :, np.newaxis], s=shape[:2], axes=(0, 1), workers=-1, overwrite_x=True
        )
        return picture.reshape(-1)

    return replace(
        state,
        weighted=False,
        iterate=x0 + filtered(state.iterate, weights),
        gradient=filtered(state.gradient, 1 / weights).astype(state.gradient.dtype)
        if state.gradient.size
        else state.gradient,
        pairs=Pairs(
            tuple(filtered(each, weights).astype(np.float32) for each in state.pairs.steps),
            tuple(filtered(each, 1 / weights).astype(np.float32) for each in state.pairs.gradient_changes),
        ),
    )
