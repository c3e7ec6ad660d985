"""Pictures as data URIs, for pages that have them inside."""

from __future__ import annotations

import base64
import io

from PIL import Image

from ..arrays import Pixels
from .contact_sheet import thumbnail
from .size import fitted_size, resize

QUALITY = 88


def data_uri(data: bytes, media_type: str) -> str:
    """Return bytes of a media type, as image/png, as a data URI."""
    return f'data:{media_type};base64,{base64.b64encode(data).decode()}'


def embedded(pixels: Pixels, largest_side: int, *, shape: tuple[int, int] | None = None) -> str:
    """Return a picture, uint8 (H, W, 3), as a data URI in JPEG, with at most so many pixels a side.

    With `shape`, (height, width), it is squashed to that shape.
    """
    if shape is None:
        small = thumbnail(pixels, largest_side)
    else:
        small = resize(pixels, *fitted_size(*shape, longest_side=min(largest_side, max(shape))))
    encoded = io.BytesIO()
    Image.fromarray(small).save(encoded, 'JPEG', quality=QUALITY)
    return data_uri(encoded.getvalue(), 'image/jpeg')
