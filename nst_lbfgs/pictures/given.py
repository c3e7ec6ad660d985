"""Pictures as a caller of the library gives them: arrays, or Pillow's images."""

from __future__ import annotations

import os

import numpy as np
from PIL import Image, ImageOps

from ..arrays import Pixels
from ..errors import ConfigError, ImageReadError
from .colour_profiles import composite, to_srgb
from .reading import WHITE

Picture = Pixels | Image.Image
"""RGB, (H, W, 3) uint8, or an image of Pillow's, which is taken as a person sees it."""

SHOWN = 80  # characters of a value


def as_pixels(name: str, value: object) -> Pixels:
    """Return a picture as RGB, (H, W, 3) uint8.

    An array must be that already. An image of Pillow's is taken as a person sees it: upright, in sRGB, on
    white where it is clear. `name` is what the caller calls it. Raises ConfigError for anything else, and
    ImageReadError if the image's file turns out to be damaged.
    """
    if isinstance(value, Image.Image):
        return _seen(name, value)
    if isinstance(value, (str, bytes, os.PathLike)):
        raise ConfigError(
            f'Expected {name}: a picture (H, W, 3) of uint8, or an image of Pillow. Received: a path; '
            f'PIL.Image.open({_shown(value)}) reads it.'
        )
    if not isinstance(value, np.ndarray):
        raise ConfigError(
            f'Expected {name}: a picture (H, W, 3) of uint8, or an image of Pillow. '
            f'Received: {type(value).__name__}'
        )
    if value.ndim != 3 or value.shape[2] != 3 or value.dtype != np.uint8:
        raise ConfigError(
            f'Expected {name}: a picture (H, W, 3) of uint8. Received: {value.shape} of {value.dtype}'
        )
    return value


def _seen(name: str, image: Image.Image) -> Pixels:
    try:
        return composite(*to_srgb(ImageOps.exif_transpose(image)), WHITE)  # of a copy
    except Exception as error:  # its file is read only now; damaged data make Pillow raise nearly anything
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise ImageReadError(f'{name} is damaged or incomplete: {reason}') from error


def _shown(path: object) -> str:
    text = repr(os.fspath(path)) if isinstance(path, os.PathLike) else repr(path)
    return text if len(text) <= SHOWN else f'{text[:SHOWN]} ...'
