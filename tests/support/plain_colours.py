"""Colour spaces once more, plainly, a pixel at a time: the tests' independent reference.

The matrix is derived from sRGB's primaries and D65, the formulae are the textbooks' with CIE's fractions.
"""

from __future__ import annotations

import numpy as np

PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
D65 = (0.95047, 1.0, 1.08883)


def xyz_from_linear():
    """Return the matrix whose columns are the primaries, scaled so that they add up to white."""
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in PRIMARIES]).T
    return columns * np.linalg.solve(columns, D65)


def lab(pixel):
    """Return (L, a, b) of a pixel (red, green, blue), 0 to 255."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in pixel)]
    x, y, z = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
        for t in xyz_from_linear() @ linear / D65
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def yiq(pixel):
    """Return (Y, I, Q) of a pixel, 0 to 255: U and V turned by 33 degrees."""
    red, green, blue = (float(c) for c in pixel)
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    u, v = 0.492111 * (blue - y), 0.877283 * (red - y)
    turn = np.radians(33)
    return y, v * np.cos(turn) - u * np.sin(turn), v * np.sin(turn) + u * np.cos(turn)


def each_pixel(function, pixels):
    """Return `function` of every pixel of a picture (..., 3)."""
    flat = np.reshape(pixels, (-1, 3))
    return np.array([function(pixel) for pixel in flat]).reshape(np.shape(pixels))
