"""How large a picture is meant to be printed: the pixels an inch that its file says."""

from __future__ import annotations

from PIL import ExifTags, Image

Dpi = tuple[float, float]
"""Pixels an inch, horizontally and vertically."""

LEAST, MOST = 1, 65_535  # a file may say anything; of a TIFF that says nothing Pillow says 1
TURNED = (5, 6, 7, 8)  # EXIF's orientations in which rows become columns


def dpi_of(image: Image.Image) -> Dpi | None:
    """Return what an opened picture says of itself, upright, or None if that is nothing, or nonsense."""
    try:
        x, y = (float(value) for value in image.info['dpi'])
        turned = image.getexif().get(ExifTags.Base.Orientation) in TURNED
    except Exception:  # damaged EXIF data raise nearly anything, and the picture is still one
        return None
    if not (LEAST < x <= MOST and LEAST < y <= MOST):
        return None
    return (y, x) if turned else (x, y)
