"""The size of a picture from the head of its file, without its pixels."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from ..files import open_regular
from .ordinary import MOST_BYTES, is_ordinary

ORIENTATION = 0x0112  # the EXIF tag; 5 to 8 are lying pictures
LYING = (5, 6, 7, 8)


def size_of(path: Path) -> tuple[int, int] | None:
    """Return the height and width that `read_picture` would return of an ordinary file; else None.

    What is no ordinary file is not looked into: that is for the process with limits which reads it.
    """
    try:
        with open_regular(path) as file:
            data = file.read(MOST_BYTES + 1)
        if not is_ordinary(data):
            return None
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            lying = image.getexif().get(ORIENTATION) in LYING
    except Exception:  # Pillow raises whatever its decoders do; whoever reads the picture is told
        return None
    return (width, height) if lying else (height, width)
