"""Pictures of one colour by name, in place of a content or a style picture."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from ..errors import ConfigError
from .reading import MAX_PIXELS, Picture, read_picture

# Analytics Vidhya's article has a blank picture and a black one; blank is taken to be white, as paper is.
PLAIN_COLOURS: dict[str, int] = {'white': 255, 'blank': 255, 'black': 0}


def is_plain(path: Path) -> bool:
    """Return whether `path` names a colour. Anything on disk that has this name wins."""
    return str(path) in PLAIN_COLOURS and not os.path.lexists(path)


def plain_picture(name: str, height: int, width: int) -> Picture:
    """Return a picture of one colour. Its `sha256` is that of its name, for there is no file."""
    pixels = np.full((height, width, 3), PLAIN_COLOURS[name], np.uint8)
    return Picture(pixels, None, hashlib.sha256(name.encode()).hexdigest())


def read_pair(content: Path, style: Path, *, max_pixels: int = MAX_PIXELS) -> tuple[Picture, Picture]:
    """Read a content and a style picture, one of which may be a plain colour of the other's size.

    Raises ConfigError if both are, and ImageError as `read_picture` does.
    """
    if is_plain(content) and is_plain(style):
        raise ConfigError(f'Expected one picture from a file at least. Received: {content}, {style}')
    if is_plain(content):
        read = read_picture(style, max_pixels=max_pixels)
        return plain_picture(str(content), *read.pixels.shape[:2]), read
    read = read_picture(content, max_pixels=max_pixels)
    if is_plain(style):
        return read, plain_picture(str(style), *read.pixels.shape[:2])
    return read, read_picture(style, max_pixels=max_pixels)


def path_in_record(path: Path) -> str:
    """Return what finds the picture again from any folder: the colour's name, or the whole path."""
    return str(path) if is_plain(path) else str(path.absolute())
