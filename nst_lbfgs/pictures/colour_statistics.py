"""Mean and covariance of the colours of pictures, of parts of them, and of several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray
from ..errors import ConfigError
from .pixel_bands import bands


@dataclass(frozen=True, eq=False)
class ColourStatistics:
    """Statistics of red, green and blue, in the unit of the pixels that they are of.

    Attributes:
        mean: float64 (3,).
        covariance: float64 (3, 3), of the whole population: divided by n, not n - 1.
    """

    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def of(cls, pixels: NDArray[Any], weights: NDArray[Any] | None = None) -> ColourStatistics:
        """Return those of pixels (..., 3), each counted with its weight (...), 0 or more, if there are any.

        Raises ConfigError for other shapes, for weights below 0 or not finite, or if all are 0.
        """
        flat, parts = _flat(pixels, weights)
        total = parts.sum(dtype=np.float64)
        mean = sum(parts[band] @ flat[band].astype(np.float64) for band in bands(len(flat))) / total
        covariance = sum(_products(flat[band] - mean, parts[band]) for band in bands(len(flat))) / total
        return cls(mean, covariance)

    @classmethod
    def mixed(
        cls, statistics: Sequence[ColourStatistics], weights: Sequence[float] | None = None
    ) -> ColourStatistics:
        """Return those of several pictures together, each with its weight, or all with the same.

        The pictures' sizes do not count. Raises ConfigError as `of` does.
        """
        parts = _checked_weights(
            np.ones(len(statistics)) if weights is None else np.asarray(weights, np.float64),
            (len(statistics),),
        )
        parts = parts / parts.sum()
        mean = sum(part * each.mean for part, each in zip(parts, statistics))
        covariance = sum(
            part * (each.covariance + np.outer(each.mean - mean, each.mean - mean))
            for part, each in zip(parts, statistics)
        )
        return cls(np.asarray(mean), np.asarray(covariance))


def _flat(pixels: NDArray[Any], weights: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any]]:
    if pixels.ndim == 0 or pixels.shape[-1] != 3 or not pixels.size:
        raise ConfigError(f'Expected pixels (..., 3), one at least. Received: {pixels.shape}')
    flat = pixels.reshape(-1, 3)
    if weights is None:
        return flat, np.broadcast_to(np.float64(1), len(flat))
    return flat, _checked_weights(weights, pixels.shape[:-1]).reshape(-1)


def _checked_weights(weights: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if weights.shape != shape:
        raise ConfigError(f'Expected weights {shape}. Received: {weights.shape}')
    if not (np.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any()):
        raise ConfigError('Expected finite weights, 0 or more, not all 0. Received: others.')
    return weights


def _products(centred: FloatArray, weights: NDArray[Any]) -> FloatArray:
    products: FloatArray = (centred * weights[:, np.newaxis]).T @ centred
    return products
