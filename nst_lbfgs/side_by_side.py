"""Pictures side by side in a notebook: content, styles, result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .arrays import Pixels
from .errors import ConfigError
from .guidance.style import Style
from .pictures.contact_sheet import LARGEST_SIDE, Cell, contact_sheet
from .pictures.given import Picture, as_pixels
from .pictures.writing import png_of

if TYPE_CHECKING:
    from .transfer import TransferResult


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures beside each other, uint8 (H, W, 3) together; a notebook shows it as a cell's last value."""

    pixels: Pixels

    def _repr_png_(self) -> bytes:
        return png_of(self.pixels)


def show(*pictures: Picture | Style | TransferResult, largest_side: int = LARGEST_SIDE) -> Row:
    """Return pictures beside each other, from left to right, each with at most `largest_side` pixels a side.

    A picture is RGB, (H, W, 3), uint8, or an image of Pillow's; a Style stands for its picture, a
    TransferResult for its image. Raises ConfigError for anything else, and for no picture.
    """
    if not pictures:
        raise ConfigError('Expected pictures, at least one. Received: none')
    cells = [Cell('', _pixels(number, picture)) for number, picture in enumerate(pictures, start=1)]
    return Row(contact_sheet([cells], '', largest_side=largest_side))


def _pixels(number: int, picture: Picture | Style | TransferResult) -> Pixels:
    if isinstance(picture, Style):
        picture = picture.picture
    return as_pixels(f'picture {number}', getattr(picture, 'image', picture))
