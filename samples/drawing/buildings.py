"""What people built: houses, a church, the quay and a bridge, as faces."""

from __future__ import annotations

import numpy as np

from .land import QUAY
from .materials import STONE, STOREY, Front, masonry, plain, plaster, tiles
from .noise import Array, Mask
from .render import Face, Material

UP = np.array([0.0, 1.0, 0.0])
WALL_COLOURS = np.array(
    [
        [0.66, 0.46, 0.20],
        [0.62, 0.28, 0.17],
        [0.74, 0.66, 0.50],
        [0.36, 0.46, 0.52],
        [0.44, 0.48, 0.32],
        [0.70, 0.55, 0.36],
        [0.55, 0.20, 0.13],
        [0.72, 0.70, 0.64],
        [0.66, 0.42, 0.34],
        [0.50, 0.52, 0.55],
    ]
)
ROOF_COLOURS = np.array(
    [
        [0.34, 0.115, 0.060],
        [0.27, 0.090, 0.050],
        [0.40, 0.160, 0.085],
        [0.20, 0.085, 0.060],
    ]
)
SHUTTER_COLOURS = np.array(
    [
        [0.06, 0.14, 0.09],
        [0.09, 0.12, 0.20],
        [0.24, 0.06, 0.04],
        [0.16, 0.10, 0.05],
    ]
)
SLATE = np.array([0.085, 0.095, 0.115])
OVERHANG = 0.45


def house(
    corner: Array,
    facing: Array,
    width: float,
    number: int,
    rng: np.random.Generator,
) -> list[Face]:
    """A gabled house: left front corner, direction of the front, its number in the street."""
    inland = np.array([-facing[2], 0.0, facing[0]])
    depth = float(rng.uniform(9.0, 12.0))
    storeys = int(rng.integers(2, 5))
    eaves = storeys * STOREY + 0.4
    salt = int(rng.integers(1 << 20))
    timbered = bool(rng.random() < 0.38)
    colour = WALL_COLOURS[number * 3 % len(WALL_COLOURS)] * rng.uniform(0.9, 1.05)
    base = plaster(WALL_COLOURS[2 + 5 * (salt % 2)] if timbered else colour, salt)
    shutters = SHUTTER_COLOURS[salt % 4] if rng.random() < 0.6 else None
    roof = tiles(ROOF_COLOURS[rng.integers(len(ROOF_COLOURS))] * rng.uniform(0.85, 1.15), salt)
    rise = float(rng.uniform(0.55, 0.72))
    if rng.random() < 0.72:
        front = Front(width, eaves, 2 * rise, base, salt, shutters, timbered)
        side = Front(depth, eaves, 0.0, base, salt + 1, None, timbered, door=False)
        return _gabled(corner, facing, inland, (width, depth, eaves, width * rise), (front, side, roof), rng)
    front = Front(width, eaves, 0.0, base, salt, shutters, timbered)
    side = Front(depth, eaves, 1.5 * rise, base, salt + 1, None, timbered, door=False)
    return _gabled(
        corner + facing * width,
        inland,
        -facing,
        (depth, width, eaves, depth * rise * 0.75),
        (side, front, roof),
        rng,
    )


def _gabled(
    corner: Array,
    along: Array,
    inward: Array,
    sizes: tuple[float, float, float, float],
    materials: tuple[Material, Material, Material],
    rng: np.random.Generator,
) -> list[Face]:
    """A box whose gable lies along `along`: (width, depth, eaves, rise); gable, side, roof."""
    width, depth, eaves, rise = sizes
    gable, side, roof = materials
    a, b = along * width, inward * depth
    top, ridge = UP * eaves, UP * (eaves + rise) + a / 2
    faces = [
        Face(_at(corner, 0 * a, a, a + top, ridge, top), gable),
        Face(_at(corner, a + b, b, b + top, b + ridge, a + b + top), gable),
        Face(_at(corner, a, a + b, a + b + top, a + top), side),
        Face(_at(corner, b, 0 * b, top, b + top), side),
    ]
    slope = (a / 2 + UP * rise) / np.linalg.norm(a / 2 + UP * rise) * OVERHANG
    mirrored_slope = slope - 2 * along * (slope @ along)
    front, back = -inward * OVERHANG, b + inward * OVERHANG
    crown = ridge + UP * 0.12
    low, high = top - slope + UP * 0.12, a + top - mirrored_slope + UP * 0.12
    faces += [
        Face(_at(corner, low + back, low + front, crown + front, crown + back), roof),
        Face(_at(corner, high + front, high + back, crown + back, crown + front), roof),
    ]
    faces += _bargeboards(corner, low + front, crown + front, high + front)
    part = float(rng.uniform(0.25, 0.8))
    stack = corner + ridge + b * part + along * width * 0.13 - UP * 1.3
    return faces + box(stack, along * 0.7, inward * 0.9, 2.4, plain(np.array([0.30, 0.14, 0.10])))


def _bargeboards(corner: Array, low: Array, crown: Array, high: Array) -> list[Face]:
    """The boards that close a roof's front edge."""
    wood = plain(np.array([0.16, 0.095, 0.06]))
    drop = UP * 0.28
    return [
        Face(_at(corner, low - drop, crown - drop, crown, low), wood),
        Face(_at(corner, crown - drop, high - drop, high, crown), wood),
    ]


def box(corner: Array, a: Array, b: Array, height: float, material: Material) -> list[Face]:
    """Four walls and a flat top over the parallelogram that a and b span."""
    top = UP * height
    return [
        Face(_at(corner, 0 * a, a, a + top, top), material),
        Face(_at(corner, a, a + b, a + b + top, a + top), material),
        Face(_at(corner, a + b, b, b + top, a + b + top), material),
        Face(_at(corner, b, 0 * b, top, b + top), material),
        Face(_at(corner, top, a + top, a + b + top, b + top), material),
    ]


def church(corner: Array) -> list[Face]:
    """A church: a tower with a slated spire, and a nave behind it."""
    a, b = np.array([6.6, 0.0, 2.4]), np.array([-2.4, 0.0, 6.6])
    wall = _belfry(masonry(np.array([0.50, 0.41, 0.29]), 5, (0.9, 0.5)), 7.0, 27.0)
    faces = box(corner, a, b, 27.0, wall)
    cornice = corner - 0.05 * (a + b) + UP * 26.6
    faces += box(cornice, a * 1.1, b * 1.1, 0.7, plain(STONE * 1.1))
    centre = corner + (a + b) / 2 + UP * 27.3
    ring = [centre + (a * np.cos(t) + b * np.sin(t)) * 0.52 for t in np.arange(8) * np.pi / 4 + np.pi / 8]
    tip = centre + UP * 17.0
    slates = tiles(SLATE, 9)
    faces += [Face(np.array([ring[i], ring[(i + 1) % 8], tip]), slates) for i in range(8)]
    along, inward = a / np.linalg.norm(a), b / np.linalg.norm(b)
    nave = corner + a + b * 0.02
    side = _tall_windows(plaster(np.array([0.66, 0.56, 0.40]), 6), 4.4)
    faces += _gabled(
        nave + along * 24.0,
        inward,
        -along,
        (11.0, 24.0, 12.0, 8.5),
        (side, side, tiles(ROOF_COLOURS[0], 8)),
        np.random.default_rng(3),
    )
    return faces


def _belfry(wall: Material, width: float, height: float) -> Material:
    """Two arched openings high in each side of a tower, a clock below them, and slits."""

    def material(u: Array, v: Array) -> Array:
        colour = wall(u, v)
        x = np.abs(np.abs(u - width / 2) - 1.15)
        opening = (x < 0.72) & (v > height - 6.4) & (v < height - 2.6 - x * 0.9)
        louvres = np.where(np.mod(v, 0.5) > 0.2, 0.05, 0.12)[:, None]
        colour = np.where(opening[:, None], louvres, colour)
        slit = (np.abs(u - width / 2) < 0.3) & (np.abs(np.mod(v, 6.0) - 3.0) < 0.9)
        colour = np.where((slit & (v < height - 11))[:, None], 0.04, colour)
        radius = np.hypot(u - width / 2, v - (height - 8.6))
        colour = np.where((radius < 1.5)[:, None], np.array([0.62, 0.58, 0.48]), colour)
        dark = (np.abs(radius - 1.4) < 0.13) | ((radius < 1.2) & (np.abs(u - width / 2) < 0.09))
        colour = np.where(dark[:, None], np.array([0.10, 0.08, 0.05]), colour)
        course = np.abs(np.mod(v, 9.0) - 0.2) < 0.2
        return np.where(course[:, None], colour * 0.7, colour)

    return material


def _tall_windows(wall: Material, pitch: float) -> Material:
    """Pointed windows, side by side."""

    def material(u: Array, v: Array) -> Array:
        x = np.abs(np.mod(u, pitch) - pitch / 2)
        window = (x < 0.8) & (v > 3.0) & (v < 9.6 - x * 1.6)
        edge = (x < 1.05) & (v > 2.75) & (v < 10.1 - x * 1.6)
        glass = np.where((np.mod(v, 1.1) < 0.12) | (x < 0.07), 0.20, 0.035)[:, None]
        colour = np.where(edge[:, None], STONE * 1.5, wall(u, v))
        return np.where(window[:, None], glass, colour)

    return material


def quay_wall(line: Array) -> list[Face]:
    """The wall between the water and the quay, under a coping of paler stone."""
    wall, coping = masonry(STONE, 11), plain(STONE * 1.25)
    faces = []
    for start, end in zip(line[:-2], line[1:-1], strict=True):
        near, far = np.array([start[0], -1, start[1]]), np.array([end[0], -1, end[1]])
        inland = np.array([near[2] - far[2], 0.0, far[0] - near[0]])
        inland = inland / np.linalg.norm(inland)
        height = UP * (QUAY + 1.0)
        faces.append(Face(_at(near + UP, 0 * UP, far - near, far - near + height - UP, height - UP), wall))
        out, lip = -inland * 0.12, UP * 0.22
        top = near + height
        faces.append(Face(_at(top + out, -lip, far - near - lip, far - near + lip, lip), coping))
        faces.append(
            Face(_at(top + lip + out, 0 * UP, far - near, far - near + inland * 0.8, inland * 0.8), coping)
        )
    return faces


def railing(line: Array) -> list[Face]:
    """An iron railing along the edge of the quay."""
    iron = plain(np.array([0.035, 0.045, 0.045]))
    faces = []
    for start, end in zip(line[1:-2], line[2:-1], strict=True):
        near = np.array([start[0] - 0.2, QUAY + 0.2, start[1]])
        along = np.array([end[0] - start[0], 0.0, end[1] - start[1]])
        faces.append(Face(_at(near, 0 * UP, along, along + UP * 1.1, UP * 1.1), iron, _bars))
    return faces


def _bars(u: Array, v: Array) -> Mask:
    bars: Mask = (v > 1.0) | (np.abs(v - 0.15) < 0.05) | (np.mod(u, 2.4) < 0.12)
    return bars | (np.mod(u, 0.30) < 0.05)


def bridge(left: Array, right: Array, height: float, arches: int = 3) -> list[Face]:
    """A stone bridge of round arches from bank to bank: both sides, vaults, parapet and deck."""
    span = right - left
    length = float(np.linalg.norm(span))
    along = span / length
    across = np.array([-along[2], 0.0, along[0]]) * 5.0
    pitch = length / arches
    stone = _voussoirs(masonry(STONE * 1.08, 13), pitch)
    top = UP * (height + 1.0)

    def opaque(u: Array, v: Array) -> Mask:
        return ~_under_arch(u, v, pitch)

    faces = [
        Face(_at(left, 0 * UP, span, span + top, top), stone, opaque),
        Face(_at(left + across, span, 0 * UP, top, span + top), stone, opaque),
        Face(
            _at(left, UP * height, span + UP * height, span + across + UP * height, across + UP * height),
            plain(STONE),
        ),
    ]
    coping = plain(STONE * 1.3)
    for side in (-0.15, 0.85):
        faces += box(left + top + across * side, span, across * 0.15, 0.25, coping)
    for arch in range(arches):
        faces += _vault(left + along * pitch * arch, along, across, pitch)
        faces += _cutwater(left + along * pitch * arch, along, across)
    return faces


def lamp(foot: Array) -> list[Face]:
    """A street lamp: a post, a glass lantern and its cap."""
    iron, glass = plain(np.array([0.03, 0.04, 0.04])), plain(np.array([0.85, 0.80, 0.62]))
    x, z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    corner = foot - (x + z) * 0.06
    head = foot - (x + z) * 0.17 + UP * 3.0
    return [
        *box(corner, x * 0.12, z * 0.12, 3.0, iron),
        *box(head, x * 0.34, z * 0.34, 0.5, glass),
        *box(head - (x + z) * 0.06 + UP * 0.5, x * 0.46, z * 0.46, 0.12, iron),
    ]


def _under_arch(u: Array, v: Array, pitch: float) -> Mask:
    x = np.abs(np.mod(u, pitch) - pitch / 2) / (pitch / 2 - 0.9)
    under: Mask = (x < 1) & (v < 0.4 + 3.9 * np.sqrt(np.maximum(1 - x**2, 0.0)))
    return under


def _voussoirs(wall: Material, pitch: float) -> Material:
    """Pick out the ring of wedge stones round each arch, and a course under the parapet."""

    def material(u: Array, v: Array) -> Array:
        x = (np.mod(u, pitch) - pitch / 2) / (pitch / 2 - 0.9)
        radius = np.hypot(x, (v - 0.4) / 3.9)
        ring = (radius < 1.14) & (v > 0.4)
        wedge = np.mod(np.arctan2(v - 0.4, x * 3.9) / np.pi * 17, 1.0)
        colour = np.where(ring[:, None], STONE * (0.85 + 0.5 * (wedge > 0.12))[:, None], wall(u, v))
        course = np.abs(v - 5.2) < 0.14
        return np.where(course[:, None], STONE * 1.45, colour)

    return material


def _vault(start: Array, along: Array, across: Array, pitch: float) -> list[Face]:
    """The underside of one arch, as flat strips."""
    stone = masonry(STONE * 0.9, 15)
    turn = np.linspace(0, np.pi, 15)
    ring = [
        start + along * (pitch / 2 - np.cos(t) * (pitch / 2 - 0.9)) + UP * (0.4 + 3.9 * np.sin(t))
        for t in turn
    ]
    ring = [ring[0] - UP * 1.4, *ring, ring[-1] - UP * 1.4]
    return [
        Face(_at(p, 0 * UP, across, across + q - p, q - p), stone)
        for p, q in zip(ring[:-1], ring[1:], strict=True)
    ]


def _cutwater(pier: Array, along: Array, across: Array) -> list[Face]:
    """The wedge that a pier turns against the stream, under a sloping cap."""
    stone = masonry(STONE * 1.05, 17)
    nose = pier - across * 0.34
    left, right = pier - along * 0.95, pier + along * 0.95
    top = UP * 2.3
    cap = pier + UP * 3.6
    return [
        Face(np.array([left, nose, nose + top, left + top]), stone),
        Face(np.array([nose, right, right + top, nose + top]), stone),
        Face(np.array([left + top, nose + top, cap]), plain(STONE)),
        Face(np.array([nose + top, right + top, cap]), plain(STONE)),
    ]


def boat(stern: Array, along: Array, length: float, colour: Array) -> list[Face]:
    """A rowing boat: planks from a narrow keel line to a wide rim, a floor and two benches."""
    across = np.array([-along[2], 0.0, along[0]])
    part = np.linspace(0.0, 1.0, 9)
    half = length * 0.17 * (1 - (2 * part - 0.85) ** 2 / 1.35)
    half[-1] = 0.0
    line = stern + along * part[:, None] * length
    rims, floors = [], []
    for side in (-1, 1):
        sheer = (0.50 + 0.30 * part[:, None] ** 3) * UP
        rims.append(line + side * half[:, None] * across + sheer)
        floors.append(line + side * half[:, None] * across * 0.8 + 0.12 * UP)
    wood, paint = plain(np.array([0.20, 0.12, 0.06])), plain(colour)
    faces = [
        Face(np.array([f[i], f[i + 1], r[i + 1], r[i]]), paint)
        for f, r in zip(floors, rims, strict=True)
        for i in range(8)
    ]
    faces.append(Face(np.concatenate([floors[0], floors[1][::-1]]), wood))
    for i in (2, 5):
        bench = np.array([rims[0][i], rims[0][i + 1], rims[1][i + 1], rims[1][i]]) - 0.15 * UP
        faces.append(Face(bench, plain(np.array([0.42, 0.30, 0.16]))))
    return faces


def _at(corner: Array, *offsets: Array) -> Array:
    return np.array([corner + offset for offset in offsets])
