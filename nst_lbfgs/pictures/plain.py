"""Pictures of one colour by name, in place of a content or a style picture."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import ConfigError
from .reading import MAX_PIXELS, Picture, read_picture

# Analytics Vidhya's article has a blank picture and a black one; blank is taken to be white, as paper is.
PLAIN_COLOURS: dict[str, int] = {'white': 255, 'blank': 255, 'black': 0}
SMALL = 64  # pixels a side


def is_plain(path: Path) -> bool:
    """Return whether `path` names a colour. Anything on disk that has this name wins."""
    return str(path) in PLAIN_COLOURS and not os.path.lexists(path)


def plain_picture(name: str, height: int, width: int) -> Picture:
    """Return a picture of one colour. Its `sha256` is that of its name, for there is no file."""
    pixels = np.full((height, width, 3), PLAIN_COLOURS[name], np.uint8)
    return Picture(pixels, None, hashlib.sha256(name.encode()).hexdigest())


def picture_of(path: Path) -> Picture:
    """Read one picture to be shown by itself; a plain colour is small. Raises ImageError."""
    return plain_picture(str(path), SMALL, SMALL) if is_plain(path) else read_picture(path)


def read_all(
    content: Path, styles: Sequence[Path], *, max_pixels: int = MAX_PIXELS
) -> tuple[Picture, list[Picture]]:
    """Read a content picture and its style pictures, each file once.

    Some may be plain colours: a style's is of the content's size, the content's of the first style picture
    that is a file. Raises ConfigError if all are, and ImageError as `read_picture` does.
    """
    files = [path for path in (content, *styles) if not is_plain(path)]
    if not files:
        received = ', '.join(map(str, (content, *styles)))
        raise ConfigError(f'Expected one picture from a file at least. Received: {received}')
    read = {path: read_picture(path, max_pixels=max_pixels) for path in dict.fromkeys(files)}
    height, width = read[files[0]].pixels.shape[:2]
    for path in (content, *styles):
        if path not in read:
            read[path] = plain_picture(str(path), height, width)
    return read[content], [read[path] for path in styles]


def path_in_record(path: Path) -> str:
    """Return what finds the picture again from any folder: the colour's name, or the whole path."""
    return str(path) if is_plain(path) else str(path.absolute())
