"""How large a picture is to be, and bringing it there."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import ConfigError, ImageSizeError
from ..network.layers import SMALLEST_SIDE

LARGEST_AREA = 1 << 28  # pixels; far beyond what VGG19 finds memory for

RESAMPLINGS = {
    'nearest': Image.Resampling.NEAREST,
    'bilinear': Image.Resampling.BILINEAR,
    'bicubic': Image.Resampling.BICUBIC,
    'lanczos': Image.Resampling.LANCZOS,
}

Sample = TypeVar('Sample', np.uint8, np.float32)


def fitted_size(
    height: int,
    width: int,
    *,
    target_height: int | None = None,
    target_width: int | None = None,
    longest_side: int | None = None,
) -> tuple[int, int]:
    """Return the (height, width) that a picture of `height` x `width` pixels is to be brought to.

    target_height alone (or target_width alone) keeps the aspect ratio and rounds the other side
    down: `int(width * 400 / height)` in Keras 2.3.1's neural_style_transfer.py. Both mean exactly
    that size, squashed if need be. longest_side is the way of TensorFlow's tutorial and the
    GradientTape article, rounded down as well; theirs is floating-point arithmetic, where the
    longest side itself can come out a pixel short; here it does not. None of them: the size as it is.

    Raises ConfigError for a size below 1 or for longest_side together with another.
    """
    wishes = [side for side in (target_height, target_width, longest_side) if side is not None]
    if min(wishes, default=1) < 1:
        raise ConfigError(f'Expected at least 1 pixel a side. Received: {min(wishes)}')
    if longest_side is not None:
        if len(wishes) > 1:
            raise ConfigError('Expected a longest side or a height and width. Received: both')
        longest = max(height, width)
        return _scaled(height, longest_side, longest), _scaled(width, longest_side, longest)
    if target_height is not None and target_width is not None:
        return target_height, target_width
    if target_height is not None:
        return target_height, _scaled(width, target_height, height)
    if target_width is not None:
        return _scaled(height, target_width, width), target_width
    return height, width


def check_size(height: int, width: int, name: object) -> None:
    """Raise ImageSizeError if a picture is too small for VGG19's five poolings. `name` names it.

    Raises ConfigError for a size that no picture can have.
    """
    check_area(height, width)
    if min(height, width) < SMALLEST_SIDE:
        raise ImageSizeError(
            f'{name} is too small for VGG19. Expected at least {SMALLEST_SIDE} pixels in height '
            f'and width. Received: {height} x {width} (height x width)'
        )


def resize(pixels: NDArray[Sample], height: int, width: int, resampling: str = 'lanczos') -> NDArray[Sample]:
    """Return `pixels` ((H, W) or (H, W, 3), uint8 or float32) at `height` x `width`.

    At the same size they are returned as they are. uint8 is kept within 0 to 255; float32 is not,
    and bicubic and lanczos overshoot at edges.

    Deviation: Keras's `load_img` takes the nearest pixel, and `tf.image.resize` (TensorFlow's tutorial)
    interpolates without a low-pass filter; both alias when a photograph is made smaller. Pillow's
    filters, lanczos by default, do not.

    Raises ConfigError for an unknown resampling or a size that no picture can have.
    """
    if resampling not in RESAMPLINGS:
        raise ConfigError(f'Expected one of {", ".join(RESAMPLINGS)}. Received: {resampling}')
    check_area(height, width)
    if pixels.shape[:2] == (height, width):
        return pixels
    if pixels.dtype == np.float32 and pixels.ndim == 3:  # Pillow has no float colour
        channels = np.moveaxis(pixels, -1, 0)
        resized = [_resize(channel, height, width, resampling) for channel in channels]
        return np.stack(resized, axis=-1)
    return _resize(pixels, height, width, resampling)


def check_area(height: int, width: int) -> None:
    """Raise ConfigError for a size that no picture can have."""
    if min(height, width) < 1 or height * width > LARGEST_AREA:
        raise ConfigError(f'Expected a size of 1 to {LARGEST_AREA:,} pixels. Received: {height} x {width}')


def _scaled(side: int, numerator: int, denominator: int) -> int:
    return max(1, side * numerator // denominator)


def _resize(pixels: NDArray[Sample], height: int, width: int, resampling: str) -> NDArray[Sample]:
    image = Image.fromarray(pixels).resize((width, height), RESAMPLINGS[resampling])
    return np.array(image, pixels.dtype)
