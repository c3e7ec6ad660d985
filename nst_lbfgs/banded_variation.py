"""Total variation of a picture that goes by in bands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from .arrays import PictureArray, Tensor
from .losses import smooth_total_variation
from .network.bands import Rows

Size = tuple[int, int, int]
"""Height, width and channels of the whole picture."""


class BandedVariation:
    """The total variation of pictures (1, H, W, 3), by its name, and its gradient, in bands of `rows` rows.

    A band goes one row further than it counts: differences downwards end there.
    """

    def __init__(self, name: str, rows: int) -> None:
        self._of_band = _OF_BANDS[name]
        self._rows = rows

    def value(self, picture: PictureArray) -> float:
        """Return the total variation."""
        return sum(float(self._of_band(*band)) for _, band in self._bands(picture))

    def value_and_gradient(self, picture: PictureArray) -> tuple[float, PictureArray]:
        """Return the total variation, and its gradient, (1, H, W, 3)."""
        total, gradient = 0.0, np.zeros_like(picture)
        for rows, band in self._bands(picture):
            with tf.GradientTape() as tape:
                tape.watch(band[0])
                value = self._of_band(*band)
            by_band = tape.gradient(value, band[0], unconnected_gradients='zero')
            gradient[:, slice(*rows)] += by_band.numpy()
            total += float(value)
        return total, gradient

    def _bands(self, picture: PictureArray) -> Iterator[tuple[Rows, tuple[Tensor, int, Size]]]:
        """Yield the rows of each band with the next one's first, and what its variation is a function of."""
        size = picture.shape[1], picture.shape[2], picture.shape[3]
        for start in range(0, size[0], self._rows):
            counted = min(self._rows, size[0] - start)
            rows = Rows(start, min(start + counted + 1, size[0]))
            yield rows, (tf.constant(picture[:, slice(*rows)]), counted, size)


def _smooth(band: Tensor, counted: int, size: Size) -> Tensor:
    return smooth_total_variation(band)


def _smooth_mean(band: Tensor, counted: int, size: Size) -> Tensor:
    height, width, channels = size
    return smooth_total_variation(band) / ((height - 1) * (width - 1) * channels)


def _absolute_sum(band: Tensor, counted: int, size: Size) -> Tensor:
    return _down(band) + _right(band[:, :counted])


def _absolute_mean(band: Tensor, counted: int, size: Size) -> Tensor:
    height, width, channels = size
    down = _down(band) / ((height - 1) * width * channels)
    return (down + _right(band[:, :counted]) / (height * (width - 1) * channels)) / 2


def _down(band: Tensor) -> Tensor:
    return tf.reduce_sum(tf.abs(band[:, 1:] - band[:, :-1]))


def _right(band: Tensor) -> Tensor:
    return tf.reduce_sum(tf.abs(band[:, :, 1:] - band[:, :, :-1]))


_OF_BANDS: dict[str, Callable[[Tensor, int, Size], Tensor]] = {
    'smooth': _smooth,
    'smooth-mean': _smooth_mean,
    'absolute-sum': _absolute_sum,
    'absolute-mean': _absolute_mean,
}
