"""Smooth lines and text on paper: Pillow, drawn larger and made smaller again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..arrays import Pixels

Place = tuple[float, float]

OVERSAMPLING = 3  # Pillow draws lines without smoothing them


class Canvas:
    """A sheet of `width` x `height` pixels; places are (x, y) from its upper left corner."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._paper = paper
        self._image = Image.new('RGB', (width * OVERSAMPLING, height * OVERSAMPLING), paper)
        self._draw = ImageDraw.Draw(self._image)

    def line(self, places: Sequence[Place], colour: str, width: float) -> None:
        """Draw a line through the places."""
        scaled = [_scaled(place) for place in places]
        self._draw.line(scaled, colour, round(width * OVERSAMPLING), joint='curve')

    def dot(self, place: Place, colour: str, radius: float) -> None:
        """Draw a filled circle."""
        x, y = place
        corners = (x - radius, y - radius), (x + radius, y + radius)
        self._draw.ellipse([_scaled(corner) for corner in corners], colour)

    def box(self, corners: tuple[float, float, float, float], colour: str) -> None:
        """Draw a filled rectangle, (left, top, right, bottom)."""
        left, top, right, bottom = corners
        self._draw.rectangle([_scaled((left, top)), _scaled((right, bottom))], colour)

    def text(self, place: Place, text: str, colour: str, size: int, *, anchor: str) -> None:
        """Write, with a rim of paper; `anchor` is Pillow's, 'ms' for the middle of the base line."""
        self._draw.text(
            _scaled(place),
            text,
            colour,
            _font(size),
            anchor,
            stroke_width=2 * OVERSAMPLING,
            stroke_fill=self._paper,
        )

    def upright_text(self, centre: Place, text: str, colour: str, size: int) -> None:
        """Write from below to above."""
        left, top, right, bottom = _font(size).getbbox(text)
        label = Image.new('L', (round(right - left), round(bottom - top)))
        ImageDraw.Draw(label).text((-left, -top), text, 255, _font(size))
        turned = label.transpose(Image.Transpose.ROTATE_90)
        x, y = _scaled(centre)
        self._image.paste(colour, (round(x - turned.width / 2), round(y - turned.height / 2)), turned)

    def text_width(self, text: str, size: int) -> float:
        """Return how wide a text is."""
        return float(_font(size).getlength(text)) / OVERSAMPLING

    def pixels(self) -> Pixels:
        """Return the sheet, (height, width, 3), uint8."""
        return np.array(self._image.reduce(OVERSAMPLING), np.uint8)


def _scaled(place: Place) -> Place:
    return place[0] * OVERSAMPLING, place[1] * OVERSAMPLING


def _font(size: int) -> Any:
    return ImageFont.load_default(size=size * OVERSAMPLING)
