"""A picture as a list of pixels, some of them at a time, so that temporary arrays stay small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..arrays import Pixels
from ..errors import ConfigError

# 384 KiB a float64 array of three channels: fits into a processor's cache, and a product with a 3 x 3 matrix
# is below the size from which OpenBLAS wakes other threads, which costs more than the product.
BAND_PIXELS = 1 << 14


def bands(count: int, size: int = BAND_PIXELS) -> Iterator[slice]:
    """Yield slices of at most `size` that make up `count` pixels. Pixels, not rows: one row can be large."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def check_pixels(name: str, pixels: Pixels) -> None:
    """Raise ConfigError unless `pixels` is a picture, uint8 (H, W, 3), of one pixel at least."""
    is_array = isinstance(pixels, np.ndarray)
    if not (is_array and pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3):
        received = f'{pixels.dtype} {pixels.shape}' if is_array else type(pixels).__name__
        raise ConfigError(f'Expected {name}: uint8 pixels (height, width, 3). Received: {received}')
    if not pixels.size:
        raise ConfigError(f'Expected {name}: one pixel at least. Received: {pixels.shape}')
