"""A picture with its alpha, a few rows at a time: so that no second copy of it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import DeepPixels, Pixels

STRIP_BYTES = 1 << 20


def rows_of_a_strip(pixels: Pixels | DeepPixels) -> int:
    """Return how many rows of a picture (H, W, 3) come to some STRIP_BYTES, at least one."""
    return max(1, STRIP_BYTES // pixels[:1].nbytes)


def strips(pixels: Pixels | DeepPixels, alpha: Pixels | None, order: str) -> Iterator[NDArray[Any]]:
    """Yield strips (rows, W, 3 or 4), of `rows_of_a_strip` but for the last, contiguous.

    `alpha`, (H, W), is scaled to 16 bits where `pixels` has them. Numbers of 16 bits have their bytes in
    `order`: '>' or '<'.
    """
    rows = rows_of_a_strip(pixels)
    dtype = pixels.dtype.newbyteorder(order)  # type: ignore[arg-type]
    for top in range(0, len(pixels), rows):
        strip = pixels[top : top + rows]
        if alpha is not None:
            clear = alpha[top : top + rows].astype(pixels.dtype)
            strip = np.dstack((strip, clear * 257 if pixels.dtype == np.uint16 else clear))
        yield np.ascontiguousarray(strip, dtype)
