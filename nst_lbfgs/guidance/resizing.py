"""Pictures and masks at the smaller sizes of a pyramid.

TensorFlow is imported when it is needed: the command line checks masks before it is there.
"""

from __future__ import annotations

from ..arrays import PictureArray
from .masks import Weights

Size = tuple[int, int]
"""Height and width."""


def resized(picture: PictureArray, size: Size) -> PictureArray:
    """Return a picture (1, H, W, 3) at another size, bicubic, smoothed where it gets smaller."""
    import tensorflow as tf

    values: PictureArray = tf.image.resize(picture, size, method='bicubic', antialias=True).numpy()
    return values.astype(picture.dtype)


def resized_mask(mask: Weights, size: Size) -> Weights:
    """Return a mask (H, W) at another size: the mean of it over the area that each new pixel covers."""
    import tensorflow as tf

    values: Weights = tf.image.resize(mask[:, :, tf.newaxis], size, method='area').numpy()[:, :, 0]
    return values.clip(0, 1)


def halved_size(picture: PictureArray, times: int) -> Size:
    """Return the size of a picture (1, H, W, 3) with its sides halved so many times, rounded."""
    return round(picture.shape[1] / 2**times), round(picture.shape[2] / 2**times)
