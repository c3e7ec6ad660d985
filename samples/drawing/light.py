"""Sunlight with shadows, light from the whole sky, clouds, and air between near and far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Array, Mask, blend, cloud_tile, sample, smoothstep
from .render import Parallel, Scene, depth_map

TOWARD_SUN = np.array([0.80, 0.46, -0.17]) / np.linalg.norm([0.80, 0.46, -0.17])
SUN = np.array([1.00, 0.82, 0.58]) * 3.6
SKY = np.array([0.46, 0.62, 0.92]) * 0.78
GROUND = np.array([0.42, 0.36, 0.26]) * 0.45
ZENITH = np.array([0.085, 0.22, 0.52])
HAZE = np.array([0.92, 0.95, 0.93])
CLOUD_LIT = np.array([1.75, 1.60, 1.40])
CLOUD_SHADE = np.array([0.62, 0.67, 0.78])
HAZE_METRES = 3600.0

LIT_CENTRE = np.array([10.0, 5.0, 75.0])
LIT_METRES = 230.0
SKY_DIRECTIONS = 14


@dataclass(frozen=True)
class Occluder:
    """What a far light sees, and so what lies in its shadow."""

    view: Parallel
    depth: Array

    @classmethod
    def of(cls, scene: Scene, toward: Array, size: int) -> Occluder:
        """Look at the scene from a light in that direction, with a map of size x size."""
        view = Parallel((size, size), toward, LIT_CENTRE, LIT_METRES)
        return cls(view, depth_map(scene, view))

    def reaches(self, points: Array, bias: float) -> Mask:
        """Tell for points (n, 3) whether the light reaches them; outside the map it does."""
        columns, rows, closeness = self.view.project(points)
        column, row = columns.astype(np.int64), rows.astype(np.int64)
        height, width = self.depth.shape
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        seen = self.depth[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
        lit: Mask = ~inside | (closeness + bias >= seen)
        return lit


class Light:
    """The sun and the sky over one scene; its clouds and directions come from `rng`."""

    def __init__(self, scene: Scene, rng: np.random.Generator, map_size: int) -> None:
        self._sun = Occluder.of(scene, TOWARD_SUN, map_size)
        self._sky = [Occluder.of(scene, direction, map_size // 4) for direction in _hemisphere()]
        self._clouds = cloud_tile(rng, 512, 1.75)
        self._wisps = cloud_tile(rng, 512, 1.55)

    def shade(self, points: Array, normals: Array, albedo: Array) -> Array:
        """Return the linear RGB (n, 3) of a matt surface there."""
        lifted = points + normals * 0.12
        facing = np.maximum(normals @ TOWARD_SUN, 0.0)
        sun = facing * self._sunlight(lifted)
        sky = np.mean([seen.reaches(lifted, 0.5) for seen in self._sky], axis=0)
        up = 0.5 + 0.5 * normals[:, 1]
        light = sun[:, None] * SUN + (sky * up)[:, None] * SKY + (1.0 - up)[:, None] * GROUND
        shaded: Array = albedo * (light + 0.06)
        return shaded

    def _sunlight(self, points: Array) -> Array:
        """Return how much of the sun reaches each point: softened over five places of the map."""
        texel = LIT_METRES / self._sun.depth.shape[0]
        across = np.cross(TOWARD_SUN, [0.0, 1.0, 0.0])
        upward = np.cross(across, TOWARD_SUN)
        total = np.zeros(len(points))
        for right, up in ((0.0, 0.0), (0.8, 0.3), (-0.3, 0.8), (-0.8, -0.3), (0.3, -0.8)):
            total += self._sun.reaches(points + texel * (right * across + up * upward), 0.12)
        return total / 5

    def sky(self, rays: Array) -> Array:
        """Return the linear RGB of the sky along rays (..., 3), clouds and all."""
        length = np.linalg.norm(rays, axis=-1)
        up = np.maximum(rays[..., 1] / length, 0.0)
        colour = blend(ZENITH, HAZE, np.exp(-up * 6.0))
        height = np.maximum(up, 0.015)
        u, v = rays[..., 0] / length / height * 0.15, rays[..., 2] / length / height * 0.15
        density = self._density(u, v)
        toward = self._density(u + 0.018, v - 0.014)
        lit = np.clip(0.62 + 0.9 * (density - toward) - 0.22 * density, 0.0, 1.0)
        cover = smoothstep(0.0, 0.75, density) * smoothstep(0.01, 0.12, up) * 0.95
        return blend(colour, blend(CLOUD_SHADE, CLOUD_LIT, lit), cover)

    def _density(self, u: Array, v: Array) -> Array:
        broad = sample(self._clouds, u + 0.31, v + 0.12)
        fine = sample(self._wisps, u * 3.1, v * 3.1)
        return broad * 0.8 + fine * 0.28 + 0.30


def _hemisphere() -> Array:
    """Return directions (n, 3) spread over the sky, denser overhead as matt surfaces need it."""
    number = np.arange(SKY_DIRECTIONS) + 0.5
    across = np.sqrt(number / SKY_DIRECTIONS) * 0.97
    turn = number * np.pi * (3.0 - np.sqrt(5.0))
    return np.stack([across * np.cos(turn), np.sqrt(1 - across**2), across * np.sin(turn)], 1)


def through_air(colour: Array, metres: Array) -> Array:
    """Return colours (..., 3) as they arrive from that far away: paler and bluer."""
    return blend(colour, HAZE * np.array([0.86, 0.95, 1.06]), 1.0 - np.exp(-metres / HAZE_METRES))


def developed(linear: Array) -> Array:
    """Return display RGB in [0, 1] from linear RGB: a film's shoulder, gamma, some contrast."""
    curved = linear * (1.0 + linear / 6.0) / (1.0 + linear)
    display = np.clip(curved * 1.22, 0.0, 1.0) ** (1 / 2.2)
    return display + 0.10 * np.sin(2 * np.pi * (display - 0.5)) / np.pi
