"""The colours that a picture has: what depends on the colour alone is computed once for each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, Pixels
from .pixel_bands import bands

COLOURS = 1 << 24

Codes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Palette:
    """The n colours of a picture.

    Attributes:
        codes: (n,), ascending: 65536 red + 256 green + blue.
        counts: (n,), how many pixels have each.
    """

    codes: Codes
    counts: FloatArray

    @property
    def colours(self) -> FloatArray:
        """The colours as red, green and blue, float64 (n, 3), 0 to 255."""
        return np.stack((self.codes >> 16, self.codes >> 8 & 255, self.codes & 255), axis=1).astype(
            np.float64
        )


def palette_of(pixels: Pixels) -> Palette:
    """Return the palette of a picture (H, W, 3). Takes some 10 bytes a pixel."""
    codes, counts = np.unique(_codes(pixels.reshape(-1, 3)), return_counts=True)
    return Palette(codes, counts.astype(np.float64))


def repainted(pixels: Pixels, palette: Palette, colours: FloatArray) -> Pixels:
    """Return a picture of `palette` with other colours (n, 3) in place of its own, rounded and clipped."""
    table = np.empty((COLOURS, 3), np.uint8)
    table[palette.codes] = np.clip(np.rint(colours), 0, 255)
    flat = pixels.reshape(-1, 3)
    result = np.empty_like(flat)
    for band in bands(len(flat)):
        result[band] = table[_codes(flat[band])]
    return result.reshape(pixels.shape)


def _codes(pixels: Pixels) -> Codes:
    codes = pixels[:, 0].astype(np.int32)
    for channel in (1, 2):  # in place: large pictures
        codes <<= 8
        codes |= pixels[:, channel]
    return codes
