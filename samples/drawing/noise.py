"""Seeded noise: periodic clouds of any roughness, and a scramble for numbered things."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def cloud_tile(rng: np.random.Generator, size: int, roughness: float) -> Array:
    """Return a (size, size) tile of 1/f**roughness noise: mean 0, deviation 1, periodic.

    A roughness of 2 looks like clouds or hills, 1 like plaster, 0 is white noise.
    """
    across = np.fft.rfftfreq(size)[None, :]
    down = np.fft.fftfreq(size)[:, None]
    frequency = np.hypot(across, down)
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * frequency**-roughness
    tile = np.fft.irfft2(spectrum, s=(size, size))
    scaled: Array = (tile - tile.mean()) / tile.std()
    return scaled


def sample(tile: Array, u: Array, v: Array) -> Array:
    """Look up a tile at any points, bilinearly; u and v count tiles, and wrap around."""
    size = tile.shape[0]
    x, y = np.mod(u, 1.0) * size, np.mod(v, 1.0) * size
    column, row = np.floor(x), np.floor(y)
    right, below = x - column, y - row
    left_index, top_index = column.astype(np.int64) % size, row.astype(np.int64) % size
    right_index, below_index = (left_index + 1) % size, (top_index + 1) % size
    upper = tile[top_index, left_index] * (1 - right) + tile[top_index, right_index] * right
    lower = tile[below_index, left_index] * (1 - right) + tile[below_index, right_index] * right
    mixed: Array = upper * (1 - below) + lower * below
    return mixed


def scramble(i: Array, j: Array, salt: int = 0) -> Array:
    """Return a number in [0, 1) that looks random for each pair of whole numbers i, j."""
    key = i.astype(np.int64) * 374761393 + j.astype(np.int64) * 668265263 + salt * 974634107
    key = (key ^ (key >> 13)) * 1274126177 & 0xFFFFFFFF
    return ((key ^ (key >> 16)) & 0xFFFFFF) / float(1 << 24)


def smoothstep(low: float, high: float, x: Array) -> Array:
    """Return 0 below `low`, 1 above `high`, and a smooth ramp between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def blend(start: Array, end: Array, amount: Array) -> Array:
    """Mix colours: shapes (..., 3) and (3,) or (..., 3) by amounts of shape (...)."""
    return start + (end - start) * amount[..., None]
