"""What walls and roofs look like: linear RGB at metres u along and v up a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Array, Mask, blend, cloud_tile, sample, scramble, smoothstep
from .render import Material

GRAIN = cloud_tile(np.random.default_rng(20), 256, 0.8)
STAINS = cloud_tile(np.random.default_rng(21), 256, 1.5)
STOREY = 2.9
TIMBER = np.array([0.075, 0.040, 0.022])
GLASS = np.array([0.030, 0.042, 0.060])
CURTAIN = np.array([0.34, 0.32, 0.27])
FRAME = np.array([0.70, 0.67, 0.60])
STONE = np.array([0.36, 0.30, 0.22])
MOSS = np.array([0.075, 0.095, 0.030])


def plain(colour: Array) -> Material:
    """One colour with a little grain."""

    def material(u: Array, v: Array) -> Array:
        grain = 1 + 0.10 * sample(GRAIN, u / 5, v / 5)
        return colour * np.maximum(grain, 0.3)[:, None]

    return material


def plaster(colour: Array, salt: int) -> Material:
    """Plaster with stains, darker towards the street."""

    def material(u: Array, v: Array) -> Array:
        stains = 1 + 0.07 * sample(STAINS, u / 14 + salt * 0.37, v / 14)
        stains += 0.05 * sample(GRAIN, u / 4 + salt * 0.2, v / 4)
        splash = 0.72 + 0.28 * smoothstep(0.0, 1.6, v)
        return colour * (np.maximum(stains, 0.3) * splash)[:, None]

    return material


def tiles(colour: Array, salt: int) -> Material:
    """A roof of overlapping tiles in rows, mossy in places; v runs up the slope."""

    def material(u: Array, v: Array) -> Array:
        row = np.floor(v / 0.34)
        column = np.floor(u / 0.26 + 0.5 * np.mod(row, 2))
        shade = 0.62 + 0.5 * smoothstep(0.0, 0.45, v / 0.34 - row)
        shade *= 0.80 + 0.40 * scramble(column, row, salt)
        shade *= 1 + 0.12 * sample(STAINS, u / 18 + salt * 0.29, v / 18)
        moss = smoothstep(0.4, 2.2, sample(STAINS, u / 11, v / 11 + salt * 0.41)) * 0.6
        return blend(colour, MOSS, moss) * np.maximum(shade, 0.2)[:, None]

    return material


def masonry(colour: Array, salt: int, block: tuple[float, float] = (0.95, 0.42)) -> Material:
    """Hewn blocks with mortar, wet and green below half a metre."""
    width, height = block

    def material(u: Array, v: Array) -> Array:
        row = np.floor(v / height)
        shifted = u / width + 0.5 * np.mod(row, 2) + 0.2 * scramble(row, row, salt)
        column = np.floor(shifted)
        edge = np.minimum(_to_edge(shifted) * width, _to_edge(v / height) * height)
        tone = 0.72 + 0.5 * scramble(column, row, salt + 1)
        tone *= 0.55 + 0.45 * smoothstep(0.01, 0.06, edge)
        tone *= 1 + 0.12 * sample(STAINS, u / 9 + salt * 0.3, v / 9)
        green = 0.75 * smoothstep(0.9, 0.1, v + 0.25 * sample(STAINS, u / 6, v / 6))
        return blend(colour, MOSS, green) * np.maximum(tone, 0.2)[:, None]

    return material


def _to_edge(cells: Array) -> Array:
    fraction = cells - np.floor(cells)
    return np.minimum(fraction, 1 - fraction)


@dataclass(frozen=True)
class Front:
    """A wall with storeys of windows under a gable (slope 0: none): its size in metres, its
    plaster, shutters and timber.
    """

    width: float
    eaves: float
    slope: float
    base: Material
    salt: int
    shutters: Array | None = None
    timbered: bool = False
    door: bool = True

    @property
    def pitch(self) -> float:
        """Metres from the middle of one window to the next."""
        return self.width / max(1, int((self.width - 0.5) / 1.75))

    def __call__(self, u: Array, v: Array) -> Array:
        """Return linear RGB (n, 3) at u, v: the wall, and the window nearest to each place."""
        colour = self.base(u, v)
        if self.timbered:
            colour = np.where(self._beams(u, v)[:, None], TIMBER, colour)
        column, row = np.floor(u / self.pitch), np.floor(v / STOREY)
        x, y = u - (column + 0.5) * self.pitch, v - row * STOREY
        to_edge = np.minimum(u - x, self.width - u + x) - (0.75 if self.shutters is None else 1.1)
        there = (row + 1) * STOREY - 0.3 < self.eaves + np.maximum(to_edge, 0.0) * self.slope
        return self._opening(colour, x, y, column, row, there)

    def _opening(
        self,
        colour: Array,
        x: Array,
        y: Array,
        column: Array,
        row: Array,
        there: Mask,
    ) -> Array:
        chance = scramble(column, row, self.salt)
        ground = row == 0
        is_door = ground & (chance > 0.66) & self.door
        half = np.where(is_door, 0.55, np.where(ground, 0.50, 0.44))
        low, high = np.where(is_door, 0.0, 0.85), np.where(ground, 2.25, 2.20)
        if self.shutters is not None:
            leaf = there & ~ground & (np.abs(np.abs(x) - 0.72) < 0.22) & (y > low) & (y < high)
            slats = 0.75 + 0.35 * (np.mod(y, 0.16) > 0.05)
            colour = np.where(leaf[:, None], self.shutters * slats[:, None], colour)
        surround = there & (np.abs(x) < half + 0.13) & (y > low - 0.13) & (y < high + 0.13)
        colour = np.where(surround[:, None], FRAME * 0.78, colour)
        sill = there & ~is_door & (np.abs(x) < half + 0.2) & (np.abs(y - low + 0.16) < 0.07)
        colour = np.where(sill[:, None], FRAME, colour)
        below = there & (np.abs(x) < half + 0.2) & (y < low - 0.23) & (y > low - 0.45) & ~is_door
        colour = np.where(below[:, None], colour * 0.72, colour)
        pane = there & (np.abs(x) < half) & (y > low) & (y < high)
        inside = np.where(is_door[:, None], TIMBER * 2.2, self._glass(x, y, chance, low, high))
        inside = inside * np.where((y > high - 0.17) | (x > half - 0.12), 0.4, 1.0)[:, None]
        return np.where(pane[:, None], inside, colour)

    def _glass(self, x: Array, y: Array, chance: Array, low: Array, high: Array) -> Array:
        glass = GLASS * (1.0 + 2.2 * smoothstep(0.8, 2.2, y + x * 0.5) * chance)[:, None]
        drawn = (np.abs(x) > 0.12 + 0.3 * chance) & (chance < 0.6)
        glass = np.where(drawn[:, None], CURTAIN, glass)
        bars = (np.abs(x) < 0.04) | (np.abs(y - low - (high - low) * 0.66) < 0.04)
        return np.where(bars[:, None], FRAME * 0.9, glass)

    def _beams(self, u: Array, v: Array) -> Mask:
        level = np.mod(v, STOREY)
        pitch = self.pitch
        across = np.mod(u, pitch)
        beams = (level < 0.20) | (level > STOREY - 0.12) | (np.abs(level - 0.78) < 0.07)
        beams |= (across < 0.11) | (across > pitch - 0.11)
        corner = (u < pitch) | (u > self.width - pitch)
        leaning = np.where(u < self.width / 2, across, pitch - across) / pitch * STOREY
        beams |= corner & (np.abs(level - leaning) < 0.16)
        wall: Mask = beams & (v > STOREY * 0.96)
        return wall
