"""The town picture: gabled houses along a river, a bridge, a church, trees and far hills."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .buildings import boat, bridge, church, house, lamp, quay_wall, railing
from .land import LEFT_BANK, QUAY, Land, bank
from .light import Light, developed, through_air
from .noise import Array, blend, cloud_tile, sample, smoothstep
from .plants import forest, reeds, tree
from .render import Buffers, Face, Pinhole, Scene, draw, points_seen

TOWN_SIZE = (768, 576)
TOWN_SEED = 26
SUPERSAMPLING = 3
EYE_HEIGHT = 6.5
FOCAL = 0.95
HORIZON = 0.585
DEEP_WATER = np.array([0.012, 0.045, 0.050])
BRIDGE_LEFT, BRIDGE_RIGHT = np.array([-7.5, 0.0, 47.0]), np.array([26.0, 0.0, 46.0])
CHURCH = (-17.0, 92.0)
# Rows of houses: metres from the water, where along the bank from and to, mean gap.
ROWS = (
    (6.5, 0.0, 140.0, 0.0),
    (24.0, 4.0, 150.0, 2.0),
    (40.0, 0.0, 170.0, 4.0),
    (58.0, 10.0, 190.0, 6.0),
    (80.0, 0.0, 200.0, 9.0),
)
# Trees: x, z, height.
TREES = (
    (11.5, 25.0, 10.5),
    (17.5, 33.0, 12.0),
    (13.5, 29.5, 4.0),
    (-17.2, 35.2, 6.5),
    (-9.2, 51.0, 6.0),
    (34.0, 90.0, 9.0),
    (44.0, 97.0, 11.0),
    (55.0, 104.0, 10.0),
    (27.0, 50.0, 11.0),
)
# Boats: x, z of the stern, colour.
BOATS = ((-10.6, 36.4, 0.30, 0.06, 0.04), (-13.4, 30.5, 0.06, 0.16, 0.22), (3.2, 27.0, 0.55, 0.50, 0.38))


def draw_town(width: int, height: int, seed: int) -> Image.Image:
    """Return the townscape as an RGB picture of that size; the same seed gives the same."""
    hills, builders, film, ripples, weather = (np.random.default_rng([seed, part]) for part in range(5))
    land = Land(hills)
    scene = build_town(land, builders)
    light = Light(near_part(scene), weather, max(400, round(width * 2.6)))
    shape = (height * SUPERSAMPLING, width * SUPERSAMPLING)
    focal, horizon = FOCAL * shape[1], HORIZON * shape[0]
    above = Pinhole(shape, np.array([0.0, EYE_HEIGHT, 0.0]), focal, horizon)
    below = Pinhole(shape, np.array([0.0, -EYE_HEIGHT, 0.0]), focal, horizon)
    picture, closeness = photograph(scene, land, light, above)
    mirrored, _ = photograph(scene, land, light, below)
    flood(picture, closeness, mirrored, above, cloud_tile(ripples, 512, 1.6))
    return finished(picture, width, height, film)


def photograph(
    scene: Scene,
    land: Land,
    light: Light,
    view: Pinhole,
) -> tuple[Array, Array]:
    """Return linear RGB (H, W, 3) and closeness (H, W; 0 is the sky), with no water in it."""
    buffers = Buffers.empty(view.shape, 0.0)
    land.draw(view, buffers)
    draw(scene, view, buffers)
    rows, columns = np.mgrid[: view.shape[0], : view.shape[1]].astype(np.float64)
    picture = light.sky(view.rays(columns, rows))
    hit = buffers.closeness > 0
    points = points_seen(view, buffers.closeness, hit)
    toward = view.eye - points
    normals = buffers.normal[hit]
    away = np.sum(normals * toward, axis=1) < 0
    normals[away & (np.abs(normals[:, 1]) < 0.7)] *= -1
    lit = light.shade(points, normals, buffers.albedo[hit])
    picture[hit] = through_air(lit, np.linalg.norm(toward, axis=1))
    return picture, buffers.closeness


def flood(
    picture: Array,
    closeness: Array,
    mirrored: Array,
    view: Pinhole,
    waves: Array,
) -> None:
    """Fill the river in: the mirrored world, shaken by ripples, over dark water."""
    height, width = view.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    surface = (rows - view.horizon) / (view.focal * view.eye[1])
    wet = (surface > closeness) & (surface > 1e-4)
    points = view.locate(columns[wet], rows[wet], surface[wet])
    x, z = points[:, 0], points[:, 2]
    broad, fine = sample(waves, x / 46, z / 30), sample(waves, x / 11 + 0.5, z / 5)
    calm = 0.35 + 0.65 * smoothstep(-0.6, 0.9, sample(waves, x / 160, z / 60))
    tilt = (broad * 0.6 + fine * 0.5) * calm
    row = 2 * view.horizon - rows[wet] + tilt * view.focal * (0.005 + 0.20 / z)
    column = columns[wet] + sample(waves, x / 8, z / 6 + 0.3) * calm * view.focal * 0.06 / z
    row = np.clip(np.rint(row), 0, int(view.horizon) - 1).astype(np.int64)
    column = np.clip(np.rint(column), 0, width - 1).astype(np.int64)
    grazing = 1 - view.eye[1] / np.hypot(z, view.eye[1])
    mirror = np.clip(0.10 + 0.70 * grazing**1.5 + 0.10 * tilt, 0.05, 0.92)
    picture[wet] = blend(np.broadcast_to(DEEP_WATER, points.shape), mirrored[row, column], mirror)


def finished(picture: Array, width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """Develop, scale down to the asked size, and add a trace of film grain."""
    display = developed(picture)
    large = Image.fromarray(np.rint(display * 255).astype(np.uint8))
    small = np.asarray(large.resize((width, height), Image.Resampling.LANCZOS), np.float64)
    grain = rng.standard_normal((height, width, 1)) * 1.6
    return Image.fromarray(np.clip(np.rint(small + grain), 0, 255).astype(np.uint8))


def build_town(land: Land, rng: np.random.Generator) -> Scene:
    """Place everything: rows of houses, quay, bridge, church, lamps, boats, trees."""
    faces = quay_wall(LEFT_BANK) + railing(LEFT_BANK) + bridge(BRIDGE_LEFT, BRIDGE_RIGHT, 5.2)
    for offset, start, end, gap in ROWS:
        faces += _row(land, offset, start, end, gap, rng)
    faces += church(_on_ground(land, *CHURCH) - np.array([0.0, 1.0, 0.0]))
    leaves = []
    for x, z, height in TREES:
        trunk, crown = tree(_on_ground(land, x, z), height, rng)
        faces += trunk
        leaves.append(crown)
    leaves += [*forest(land, rng), reeds(land, rng)]
    for x, z, red, green, blue in BOATS:
        faces += boat(np.array([x, 0.0, z]), np.array([0.42, 0.0, 0.907]), 5.2, np.array([red, green, blue]))
    for part in (0.02, 0.34, 0.66, 0.98):
        on_bridge = BRIDGE_LEFT + (BRIDGE_RIGHT - BRIDGE_LEFT) * part
        faces += lamp(on_bridge + np.array([0.0, 6.3, 0.2]))
    for along in (14.0, 26.0, 52.0, 66.0):
        faces += lamp(_beside_bank(along, 1.0)[0] + np.array([0.0, QUAY, 0.0]))
    return Scene(faces, leaves)


def _on_ground(land: Land, x: float, z: float) -> Array:
    return np.array([x, float(land.height(np.array(x), np.array(z))), z])


def near_part(scene: Scene) -> Scene:
    """Return what is near enough for its shadows to be seen."""
    near = [leaves for leaves in scene.leaves if leaves.centres[:, 2].min() < 120]
    return Scene(scene.faces, near)


def _row(
    land: Land,
    offset: float,
    start: float,
    end: float,
    gap: float,
    rng: np.random.Generator,
) -> list[Face]:
    """Return houses side by side along the bank, that far from the water's edge."""
    faces: list[Face] = []
    along, number = start, int(rng.integers(10))
    while along < end:
        width = float(rng.uniform(6.0, 9.0))
        left, facing = _beside_bank(along, offset)
        ground = float(land.height(left[0], left[2]))
        faces += house(np.array([left[0], ground - 0.3, left[2]]), facing, width, number, rng)
        number += 1
        along += width + gap * float(rng.uniform(0.3, 1.6))
    return faces


def _beside_bank(along: float, offset: float) -> tuple[Array, Array]:
    """Return the point that far along the left bank, pushed inland, and the bank's direction."""
    z = np.linspace(20.0, 200.0, 1000)
    x = bank(LEFT_BANK, z)
    run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
    i = int(np.searchsorted(run, along))
    ahead = min(i + 30, len(z) - 1)
    facing = np.array([x[ahead] - x[i], 0.0, z[ahead] - z[i]])
    facing = facing / np.linalg.norm(facing)
    inland = np.array([-facing[2], 0.0, facing[0]])
    return np.array([x[i], 0.0, z[i]]) + inland * offset, facing
