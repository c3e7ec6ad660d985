"""What the painting shows: a sun turning over a high sea, as a flow and a field of colour.

Places are x, y in picture heights: y runs down from 0 to 1, x from 0 to the aspect ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Array, blend, cloud_tile, sample, smoothstep

SKY = np.array(
    [
        [0.080, 0.095, 0.230],
        [0.095, 0.155, 0.370],
        [0.125, 0.270, 0.520],
        [0.220, 0.430, 0.600],
        [0.460, 0.640, 0.640],
        [0.830, 0.800, 0.640],
    ]
)
DUSK = np.array(
    [
        [0.300, 0.110, 0.190],
        [0.590, 0.190, 0.150],
        [0.810, 0.350, 0.130],
        [0.890, 0.540, 0.170],
        [0.920, 0.720, 0.320],
        [0.940, 0.870, 0.610],
    ]
)
SEA = np.array(
    [
        [0.055, 0.090, 0.170],
        [0.060, 0.165, 0.270],
        [0.070, 0.285, 0.360],
        [0.130, 0.430, 0.440],
        [0.400, 0.640, 0.580],
        [0.870, 0.870, 0.760],
    ]
)
SUN = np.array([[0.870, 0.430, 0.120], [0.920, 0.610, 0.170], [0.950, 0.770, 0.290], [0.960, 0.890, 0.560]])
CLOUD = np.array(
    [
        [0.190, 0.150, 0.340],
        [0.330, 0.210, 0.410],
        [0.580, 0.340, 0.430],
        [0.830, 0.550, 0.450],
        [0.890, 0.750, 0.610],
    ]
)
HORIZON = 0.60
SUN_PLACE = (0.86, 0.30)
TRACE_STEPS = 34


@dataclass(frozen=True)
class Swirl:
    """A vortex: its eye, its radius, how it turns (sign: clockwise), and its spiral arms."""

    x: float
    y: float
    radius: float
    spin: float
    palette: Array
    arms: int
    tightness: float

    def polar(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the distance from the eye in radii, and the angle."""
        return np.hypot(x - self.x, y - self.y) / self.radius, np.arctan2(y - self.y, x - self.x)

    def weight(self, x: Array, y: Array) -> Array:
        """Return how much of the flow at x, y is this swirl's: 1 in the eye, 0 far out."""
        return np.exp(-(self.polar(x, y)[0] ** 2.4))

    def arm(self, x: Array, y: Array) -> Array:
        """Return the phase of the spiral arms, from 0 in a trough to 1 on a crest."""
        distance, angle = self.polar(x, y)
        turn = self.arms * angle + self.spin * self.tightness * np.log(distance + 0.12)
        return 0.5 + 0.5 * np.sin(turn)


SKY_SWIRLS = (
    Swirl(*SUN_PLACE, 0.27, 1.0, DUSK, 2, 7.0),
    Swirl(0.30, 0.24, 0.21, -1.0, CLOUD, 2, 6.0),
    Swirl(0.58, 0.09, 0.11, 1.0, SKY, 1, 6.0),
    Swirl(1.17, 0.08, 0.10, -1.0, CLOUD, 1, 5.0),
)
SEA_SWIRLS = (
    Swirl(0.40, 0.68, 0.17, 1.0, SEA, 1, 8.0),
    Swirl(1.06, 0.83, 0.13, -1.0, SEA, 2, 6.0),
)


class Composition:
    """The picture before it is painted; `rng` shapes its small accidents, not its plan."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._drift = cloud_tile(rng, 256, 1.8)
        self._specks = cloud_tile(rng, 256, 0.15)

    def surface(self, x: Array) -> Array:
        """Return y of the sea's edge against the sky: a great wave on the left."""
        swell = 0.018 * np.sin(9.0 * x + 0.6) + 0.010 * np.sin(23.0 * x)
        great = 0.17 * np.exp(-(((x - 0.20) / 0.17) ** 2))
        return HORIZON + swell - great

    def flow(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return the unit direction of the brush at x, y."""
        sea = smoothstep(-0.02, 0.03, y - self.surface(x))
        wave = 0.45 * np.cos(8.0 * x + 5.0 * y) + 0.25 * np.cos(19.0 * x - 11.0 * y)
        drift = 0.35 * np.sin(5.0 * x + 3.0 * y) + 0.25 * sample(self._drift, x / 2, y / 2)
        slope = np.where(sea > 0.5, wave, drift)
        dx, dy = np.cos(slope), np.sin(slope)
        for swirl in SKY_SWIRLS + SEA_SWIRLS:
            weight = 3.0 * swirl.weight(x, y)
            _, angle = swirl.polar(x, y)
            lean = angle + swirl.spin * (np.pi / 2 + 0.22)
            dx, dy = dx + weight * np.cos(lean), dy + weight * np.sin(lean)
        length = np.hypot(dx, dy) + 1e-9
        return dx / length, dy / length

    def bands(self, x: Array, y: Array) -> Array:
        """Return noise combed along the flow (line integral convolution, Cabral 1993), 0 to 1."""
        total = sample(self._specks, x * 0.9, y * 0.9)
        for sign in (-1.0, 1.0):
            at_x, at_y = x, y
            for _ in range(TRACE_STEPS):
                dx, dy = self.flow(at_x, at_y)
                at_x, at_y = at_x + sign * 0.006 * dx, at_y + sign * 0.006 * dy
                total = total + sample(self._specks, at_x * 0.9, at_y * 0.9)
        ranks = np.argsort(np.argsort(total.ravel(), kind='stable'), kind='stable')
        return (ranks / max(1, total.size - 1)).reshape(total.shape)

    def colours(self, x: Array, y: Array, bands: Array) -> Array:
        """Return RGB (..., 3) in [0, 1]: where the brush will find its paint."""
        sun_x, sun_y = SUN_PLACE
        glow = np.exp(-((np.hypot(x - sun_x, (y - sun_y) * 1.1) / 0.38) ** 2))
        low = smoothstep(0.30, HORIZON, y)
        lightness = 0.62 * bands + 0.25 * low + 0.12 * glow
        warm = smoothstep(0.42, 0.60, glow + 0.75 * (bands - 0.5) + 0.35 * low * (bands > 0.55))
        sky = blend(along(SKY, lightness), along(DUSK, 0.20 + 0.72 * bands), warm)
        sky = self._swirled(sky, x, y, bands, SKY_SWIRLS)
        sea = self._sea(x, y, bands)
        edge = y - self.surface(x) + 0.012 * (bands - 0.5)
        picture = np.where((edge > 0)[..., None], sea, sky)
        distance = np.hypot(x - sun_x, y - sun_y)
        disc = along(SUN, 1.0 - distance / 0.10 + 0.5 * (bands - 0.5))
        return blend(picture, disc, smoothstep(0.098, 0.085, distance + 0.02 * (bands - 0.5)))

    def _sea(self, x: Array, y: Array, bands: Array) -> Array:
        depth = smoothstep(HORIZON - 0.1, 1.0, y)
        lightness = 0.95 * bands**1.4 - 0.12 * depth + 0.06
        sea = self._swirled(along(SEA, lightness), x, y, bands, SEA_SWIRLS)
        path = np.exp(-(((x - SUN_PLACE[0] - 0.05 * np.sin(14 * y)) / (0.05 + 0.25 * depth)) ** 2))
        glitter = smoothstep(0.50, 0.62, path * (0.35 + 0.85 * bands))
        return blend(sea, along(DUSK, 0.25 + 0.7 * bands), glitter)

    def _swirled(
        self,
        colour: Array,
        x: Array,
        y: Array,
        bands: Array,
        swirls: tuple[Swirl, ...],
    ) -> Array:
        for swirl in swirls:
            tone = 0.72 * swirl.arm(x, y) + 0.40 * (bands - 0.5) + 0.14
            inside = smoothstep(0.30, 0.55, swirl.weight(x, y) + 0.25 * (bands - 0.5))
            colour = blend(colour, along(swirl.palette, tone), inside)
        return colour


def along(palette: Array, t: Array) -> Array:
    """Return colours (..., 3) at t in [0, 1] along a palette (n, 3), straight between entries."""
    stops = np.linspace(0.0, 1.0, len(palette))
    return np.stack([np.interp(t, stops, palette[:, channel]) for channel in range(3)], axis=-1)
