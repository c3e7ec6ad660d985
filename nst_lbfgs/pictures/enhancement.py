"""Post-processing of a finished picture: brightness, colour and sharpness."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ..checks import check_between

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_FACTOR = 1000.0  # all is white or noise long before; Pillow computes in single precision


@dataclass(frozen=True)
class Enhancement:
    """Three factors, each 0 to 1000; 1.0 changes nothing. The defaults are the enhanced Keras script's.

    Attributes:
        brightness: 0 is black.
        color: of the saturation; 0 is grey.
        sharpness: 0 is blurred.

    Raises ConfigError for a factor that is outside that range or not a number.
    """

    brightness: float = 1.2
    color: float = 1.2
    sharpness: float = 1.2

    def __post_init__(self) -> None:
        for field in fields(self):
            check_between(field.name, getattr(self, field.name), 0, LARGEST_FACTOR)


def enhance(pixels: NDArray[np.uint8], factors: Enhancement) -> NDArray[np.uint8]:
    """Return sRGB pixels (height, width, 3) enhanced, clipped to 0 to 255.

    The order is the enhanced Keras script's: brightness, colour, sharpness, by Pillow's ImageEnhance.
    A step whose factor is 1.0 is left out, so that the values stay as they are, bit for bit.
    """
    # Imported here, so that the command line finds the defaults without waiting for either.
    import numpy as np
    from PIL import Image, ImageEnhance

    image = Image.fromarray(pixels)
    if factors.brightness != 1.0:
        image = ImageEnhance.Brightness(image).enhance(factors.brightness)
    if factors.color != 1.0:
        image = ImageEnhance.Color(image).enhance(factors.color)
    if factors.sharpness != 1.0:
        image = ImageEnhance.Sharpness(image).enhance(factors.sharpness)
    return np.array(image)
