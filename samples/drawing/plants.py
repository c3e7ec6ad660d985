"""Trees near by, leaf by leaf, and the woods on the slopes behind the town."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .land import LEFT_BANK, RIGHT_BANK, Land, bank
from .materials import plain
from .noise import Array
from .render import Face, Leaves

BARK = np.array([0.10, 0.075, 0.05])
GREENS = np.array(
    [
        [0.060, 0.135, 0.022],
        [0.105, 0.190, 0.030],
        [0.160, 0.200, 0.030],
        [0.040, 0.105, 0.030],
        [0.260, 0.180, 0.028],
    ]
)
BOUGHS = 55
LEAVES_PER_BOUGH = 1400


def tree(foot: Array, height: float, rng: np.random.Generator) -> tuple[list[Face], Leaves]:
    """Return trunk and crown of one tree: boughs in a dome, each a ragged ball of leaves."""
    direction = _directions(BOUGHS, rng)
    direction[:, 1] = np.abs(direction[:, 1]) * 1.25 - 0.35
    middle = foot + np.array([0.0, height * 0.52, 0.0])
    half = height * np.array([0.34, 0.42, 0.34])
    centres = middle + direction * half * rng.uniform(0.55, 0.95, (BOUGHS, 1))
    green = GREENS[rng.integers(len(GREENS))]
    crown = [_ball(centre, height * float(rng.uniform(0.06, 0.13)), green, rng, middle) for centre in centres]
    return _trunk(foot, height * 0.7, height * 0.022), _together(crown)


def _ball(
    centre: Array,
    radius: float,
    green: Array,
    rng: np.random.Generator,
    middle: Array,
    number: int = LEAVES_PER_BOUGH,
    leaf: float = 0.038,
) -> Leaves:
    """A ball of leaves, ragged at its skin; they face away from it, and from the crown's middle."""
    direction = _directions(number, rng)
    reach = radius * rng.random(number) ** 0.5 * rng.uniform(0.7, 1.3, number)
    place = centre + direction * reach[:, None] * np.array([1.15, 0.75, 1.15])
    outward = place - middle
    outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    normals = 0.8 * direction + 0.8 * outward + 0.5 * _directions(number, rng)
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    tone = rng.uniform(0.6, 1.5, (number, 1)) * rng.uniform(0.8, 1.2)
    yellow = 1 + rng.uniform(0, 0.5, (number, 1)) * np.array([0.6, 0.2, -0.3])
    return Leaves(place, normals, green * tone * yellow, leaf)


def _together(balls: Sequence[Leaves]) -> Leaves:
    """Join balls whose leaves are of about the same size into one."""
    return Leaves(
        np.concatenate([ball.centres for ball in balls]),
        np.concatenate([ball.normals for ball in balls]),
        np.concatenate([ball.colours for ball in balls]),
        float(np.mean([ball.radius for ball in balls])),
    )


def _directions(number: int, rng: np.random.Generator) -> Array:
    direction = rng.standard_normal((number, 3))
    unit: Array = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    return unit


def _trunk(foot: Array, height: float, radius: float) -> list[Face]:
    turn = np.arange(7) * 2 * np.pi / 6
    ring = np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=1) * radius
    top = np.array([0.0, height, 0.0])
    return [
        Face(np.array([foot + q, foot + p, foot + p * 0.4 + top, foot + q * 0.4 + top]), plain(BARK))
        for p, q in zip(ring[:-1], ring[1:], strict=True)
    ]


def forest(land: Land, rng: np.random.Generator) -> list[Leaves]:
    """Return the trees on the slope behind the houses, two balls of leaves each, by distance."""
    depths = np.array([55.0, 80.0, 115.0, 165.0, 240.0, 350.0, 420.0])
    return [
        _together(_grove(land, near, far, rng)) for near, far in zip(depths[:-1], depths[1:], strict=True)
    ]


def _grove(land: Land, near: float, far: float, rng: np.random.Generator) -> list[Leaves]:
    """Return the balls of the trees from `near` to `far`: nine in ten metres of depth."""
    balls = []
    for z in rng.uniform(near, far, int(0.9 * (far - near))):
        x = float(rng.uniform(-0.6 * z, min(0.6 * z, float(bank(LEFT_BANK, z)) - 28.0)))
        foot = np.array([x, float(land.height(np.array(x), z)), z])
        size = float(rng.uniform(2.0, 4.2))
        green = GREENS[rng.integers(len(GREENS))] * 0.85
        for lift, share in ((0.7, 1.0), (1.6, 0.75)):
            middle = foot + np.array([0.0, size * lift, 0.0])
            balls.append(_ball(middle, size * share, green, rng, foot, 900, max(0.16, z * 0.0011)))
    return balls


def reeds(land: Land, rng: np.random.Generator) -> Leaves:
    """Return the tall grass along the right bank: blades, each a row of small leaves."""
    blades, joints = 9000, 14
    z = rng.uniform(17.0, 46.0, blades)
    x = bank(RIGHT_BANK, z) + rng.gamma(0.8, 1.6, blades) - 0.15
    foot = np.stack([x, np.maximum(land.height(x, z), 0.0), z], axis=1)
    lean = rng.normal(0.0, 0.22, (blades, 3))
    lean[:, 1] = rng.uniform(0.2, 0.9, blades) * np.exp(-(x - bank(RIGHT_BANK, z)) / 3.0) + 0.08
    part = np.linspace(0.0, 1.0, joints)[None, :, None]
    place = foot[:, None, :] + lean[:, None, :] * part
    tone = GREENS[rng.integers(1, 4, blades)][:, None, :] * (0.5 + 1.2 * part)
    normals = np.broadcast_to(np.array([0.0, 0.8, -0.6]), place.shape)
    return Leaves(place.reshape(-1, 3), normals.reshape(-1, 3), tone.reshape(-1, 3), 0.02)
