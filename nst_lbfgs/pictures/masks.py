"""Masks in: a picture's grey says, from 0 to 1, how far something holds at each place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..arrays import Pixels
from .size import check_area

BLACK = (0, 0, 0)
"""What a mask is read on: where it is clear, nothing is chosen."""

SHAPE_TOLERANCE = 0.02  # of the aspect ratio: more than rounding to whole pixels does


def mask_values(
    pixels: Pixels, *, threshold: float | None = None, invert: bool = False
) -> NDArray[np.float32]:
    """Return a mask, (H, W), 0 to 1, from a picture, (H, W, 3), uint8, sRGB.

    It is the luma of the sRGB values (ITU-R BT.601, whole numbers) divided by 255, without going through
    linear light: a grey of 128 is a half. With `threshold`, 0 to 1, it is 1 at or above that and 0 below,
    which takes a JPEG's grey borders away. `invert` comes after that.
    """
    values: NDArray[np.float32] = np.asarray(Image.fromarray(pixels).convert('L'), np.float32)
    values = values / np.float32(255)
    if threshold is not None:
        values = (values >= threshold).astype(np.float32)
    return 1 - values if invert else values


def resized_mask(values: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Return a mask, (H, W), 0 to 1, at `height` x `width`.

    Where it gets smaller a pixel is the mean of the area that it covers, so that the mask covers the same
    share; where it gets larger, values are interpolated. Raises ConfigError for a size that no picture has.
    """
    check_area(height, width)
    if values.shape == (height, width):
        return values
    smaller = height <= values.shape[0] and width <= values.shape[1]
    resampling = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
    resized = np.asarray(Image.fromarray(values).resize((width, height), resampling), np.float32)
    return resized.clip(0, 1)  # the filters' rounding


def of_one_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return whether two (height, width) have the same aspect ratio, but for rounding."""
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) <= SHAPE_TOLERANCE
