"""The lie of the land: a river that bends to the right, its banks, a town slope and far hills."""

from __future__ import annotations

import numpy as np

from .noise import Array, blend, cloud_tile, sample, scramble, smoothstep
from .render import Buffers, Pinhole, points_seen

LEFT_BANK = np.array(
    [[-24, 5], [-21, 18], [-15, 32], [-5, 50], [7, 66], [24, 84], [48, 101], [130, 135], [900, 300]], float
)
RIGHT_BANK = np.array([[2, 2], [3, 14], [5, 20], [8.6, 26], [15, 34], [26, 46], [60, 60], [900, 200]], float)
QUAY = 2.2
QUAY_METRES = 22.0
STEPS = 900
NEAREST, FARTHEST = 4.0, 9000.0
COBBLES = np.array([0.33, 0.30, 0.26])
GRASS = np.array([0.105, 0.165, 0.035])
DRY_GRASS = np.array([0.24, 0.23, 0.075])
WOODS = np.array([0.028, 0.062, 0.022])
FIELD = np.array([0.34, 0.29, 0.10])


def bank(line: Array, z: Array) -> Array:
    """Return x where a bank is, at depth z."""
    return np.interp(z, line[:, 1], line[:, 0])


class Land:
    """Height and colour of the ground anywhere; its hills come from `rng`."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._hills = cloud_tile(rng, 512, 1.7)
        self._ranges = cloud_tile(rng, 512, 2.1)
        self._grain = cloud_tile(rng, 512, 0.9)

    def height(self, x: Array, z: Array) -> Array:
        """Return metres above the water; under it, below zero."""
        left = bank(LEFT_BANK, z) - x
        right = x - bank(RIGHT_BANK, z)
        slope = smoothstep(QUAY_METRES, 150.0, left) * (5.0 + 24.0 * smoothstep(70.0, -40.0, x))
        town = QUAY + slope + sample(self._hills, x / 300, z / 300) * slope * 0.08
        meadow = (
            0.25
            + 2.0 * smoothstep(0.0, 9.0, right)
            + 0.25 * sample(self._hills, x / 40, z / 40) * smoothstep(0.0, 5.0, right)
        )
        land = np.where(left > 0.3, town, np.where(right > 0, meadow, -1.5))
        far = smoothstep(180.0, 2600.0, z)
        ridge = 0.75 + 0.40 * sample(self._ranges, x / 9000 + 0.37, z / 6000 + 0.2)
        rolling = sample(self._ranges, x / 2500, z / 2500) * 0.14
        tall = 430.0 + 0.10 * x + 250 * smoothstep(2500.0, 7000.0, z)
        return land + far * (ridge + rolling) * np.maximum(tall, 60.0)

    def colour(self, x: Array, z: Array) -> Array:
        """Return the albedo (..., 3): cobbles on the quay, meadow, fields and woods beyond."""
        broad = sample(self._hills, x / 420 + 0.5, z / 420)
        fine = sample(self._grain, x / 9, z / 9)
        left = bank(LEFT_BANK, z) - x
        grass = blend(GRASS, DRY_GRASS, smoothstep(-0.5, 1.6, broad + fine * 0.55))
        patch = scramble(np.floor(x / 130 + broad * 0.5), np.floor(z / 210 + broad * 0.4))
        far = smoothstep(250.0, 500.0, z)
        country = blend(grass, FIELD, far * smoothstep(0.62, 0.66, patch))
        woods = smoothstep(0.05, 0.25, sample(self._hills, x / 900, z / 900) + fine * 0.08 - 0.05)
        country = blend(country, WOODS * (1 + 0.35 * fine[..., None]), far * woods)
        paved = smoothstep(QUAY_METRES + 3.0, QUAY_METRES - 2.0, left) * (left > 0)
        tone: Array = blend(country, COBBLES, paved) * (1 + 0.13 * fine[..., None])
        return np.maximum(tone, 0.01)

    def draw(self, view: Pinhole, buffers: Buffers) -> None:
        """Draw the dry land: in each column of pixels, the first step that rises into sight."""
        width = view.shape[1]
        z = NEAREST * (FARTHEST / NEAREST) ** (np.arange(STEPS) / (STEPS - 1))
        x = (np.arange(width) - width / 2)[None, :] / view.focal * z[:, None]
        ground = self.height(x, z[:, None] + 0 * x)
        rows = view.horizon - view.focal * (ground - view.eye[1]) / z[:, None]
        rows[ground < 0] = np.inf
        skyline = np.minimum.accumulate(rows, axis=0)
        for column in range(width):
            self._draw_column(column, view, z, skyline[:, column], buffers)
        hit = buffers.closeness > 0
        points = points_seen(view, buffers.closeness, hit)
        buffers.albedo[hit] = self.colour(points[:, 0], points[:, 2])
        buffers.normal[hit] = self._normals(points[:, 0], points[:, 2])

    def _draw_column(
        self,
        column: int,
        view: Pinhole,
        z: Array,
        skyline: Array,
        buffers: Buffers,
    ) -> None:
        seen = np.searchsorted(-skyline, -np.arange(view.shape[0]), side='left')
        rows = np.nonzero(seen < STEPS)[0]
        step = seen[rows]
        before = np.maximum(step - 1, 0)
        start = np.minimum(skyline[before], 1e6)
        rise = np.maximum(start - skyline[step], 1e-6)
        part = np.clip((start - rows) / rise, 0.0, 1.0)
        shore = view.horizon + view.focal * view.eye[1] / z[step]
        dry = rows <= shore
        distance = z[before] + (z[step] - z[before]) * part
        buffers.closeness[rows[dry], column] = 1 / distance[dry]

    def _normals(self, x: Array, z: Array) -> Array:
        reach = 0.5 + z * 0.004
        to_right = self.height(x + reach, z) - self.height(x - reach, z)
        ahead = self.height(x, z + reach) - self.height(x, z - reach)
        normals = np.stack([-to_right, 2 * reach, -ahead], axis=-1)
        unit: Array = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
        return unit
