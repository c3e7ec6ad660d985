"""A small renderer: flat faces and leaves through a depth buffer, lit by a sun and a whole sky.

World: x to the right, y up, z forward, in metres. A `View` turns points into columns, rows and
a closeness (larger is nearer). Closeness is affine over the picture of a flat face, in both
kinds of view: 1/z through a pinhole, minus the depth in a parallel view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from .noise import Array, Mask, Whole

NEAR_METRES = 2.0
Material = Callable[[Array, Array], Array]
Window = tuple[slice, slice]


@dataclass(frozen=True)
class Face:
    """A flat convex polygon, corners (n, 3), anticlockwise from outside, first edge along u.

    `material` gives linear RGB (n, 3) at u, v: metres from the first corner, along the first
    edge and across it. `opaque` cuts holes: false where there is no wall at u, v.
    """

    corners: Array
    material: Material
    opaque: Callable[[Array, Array], Mask] | None = None

    @cached_property
    def axes(self) -> tuple[Array, Array, Array]:
        """Return the unit vectors along u, along v, and outward."""
        along = self.corners[1] - self.corners[0]
        along = along / np.linalg.norm(along)
        normal = np.cross(self.corners[-1] - self.corners[0], along)  # x, y, z is left-handed
        normal = normal / np.linalg.norm(normal)
        return along, np.cross(along, normal), normal


@dataclass(frozen=True)
class Leaves:
    """Many small round things: centres, normals and linear RGB, each (n, 3); one radius."""

    centres: Array
    normals: Array
    colours: Array
    radius: float


@dataclass(frozen=True)
class Scene:
    """All that stands on the ground."""

    faces: Sequence[Face]
    leaves: Sequence[Leaves]


class View(Protocol):
    """Where points of the world fall in a picture, and back."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return height and width of the picture."""

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Return columns, rows and closeness of points (n, 3)."""

    def locate(self, columns: Array, rows: Array, closeness: Array) -> Array:
        """Return the points (..., 3) seen at those places: the inverse of `project`."""

    def pixels_per_metre(self, closeness: float) -> float:
        """Return the scale at that closeness."""


@dataclass(frozen=True)
class Pinhole:
    """A level camera looking along z; the horizon may lie at any row, so walls stay upright."""

    shape: tuple[int, int]
    eye: Array
    focal: float
    horizon: float

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        x, y, z = (points - self.eye).T
        return self.shape[1] / 2 + self.focal * x / z, self.horizon - self.focal * y / z, 1 / z

    def locate(self, columns: Array, rows: Array, closeness: Array) -> Array:
        return self.eye + self.rays(columns, rows) / closeness[..., None]

    def rays(self, columns: Array, rows: Array) -> Array:
        """Return the directions (..., 3) of the rays through those places, of length z = 1."""
        x = (columns - self.shape[1] / 2) / self.focal
        y = (self.horizon - rows) / self.focal
        return np.stack(np.broadcast_arrays(x, y, np.ones_like(x)), axis=-1)

    def pixels_per_metre(self, closeness: float) -> float:
        return self.focal * closeness


@dataclass(frozen=True)
class Parallel:
    """The world as a far light sees it: `toward` is the direction to the light."""

    shape: tuple[int, int]
    toward: Array
    centre: Array
    metres: float

    @cached_property
    def _axes(self) -> Array:
        right = np.cross(np.array([0.0, 1.0, 0.02]), self.toward)
        right = right / np.linalg.norm(right)
        return np.stack([right, np.cross(self.toward, right), self.toward])

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        scale = self.shape[0] / self.metres
        x, y, closeness = (_along(points - self.centre, axis) for axis in self._axes)
        return self.shape[1] / 2 + x * scale, self.shape[0] / 2 - y * scale, closeness

    def locate(self, columns: Array, rows: Array, closeness: Array) -> Array:
        scale = self.shape[0] / self.metres
        x = (columns - self.shape[1] / 2) / scale
        y = (self.shape[0] / 2 - rows) / scale
        return np.stack([x, y, closeness], axis=-1) @ self._axes + self.centre

    def pixels_per_metre(self, closeness: float) -> float:
        return self.shape[0] / self.metres


@dataclass
class Buffers:
    """What a view sees at each pixel: closeness (H, W), albedo and normal (H, W, 3)."""

    closeness: Array
    albedo: Array
    normal: Array

    @classmethod
    def empty(cls, shape: tuple[int, int], far: float) -> Buffers:
        """Return buffers in which everything is nearer than what they hold."""
        height, width = shape
        return cls(np.full(shape, far), np.zeros((height, width, 3)), np.zeros((height, width, 3)))


def draw(scene: Scene, view: View, buffers: Buffers) -> None:
    """Draw faces and leaves into the buffers, whatever is nearest winning."""
    for face in scene.faces:
        for window, hit, closeness, u, v in _visible(face, view, buffers.closeness):
            buffers.closeness[window][hit] = closeness
            buffers.albedo[window][hit] = face.material(u, v)
            buffers.normal[window][hit] = face.axes[2]
    for leaves in scene.leaves:
        for rows, columns, closeness, which in _spots(leaves, view, buffers.closeness):
            buffers.closeness[rows, columns] = closeness
            buffers.albedo[rows, columns] = leaves.colours[which]
            buffers.normal[rows, columns] = leaves.normals[which]


def depth_map(scene: Scene, view: View) -> Array:
    """Return the closeness (H, W) of what the view sees, -inf where it sees nothing."""
    depth = np.full(view.shape, -np.inf)
    for face in scene.faces:
        for window, hit, closeness, _, _ in _visible(face, view, depth):
            depth[window][hit] = closeness
    for leaves in scene.leaves:
        for rows, columns, closeness, _ in _spots(leaves, view, depth):
            depth[rows, columns] = closeness
    return depth


def points_seen(view: View, closeness: Array, hit: Mask) -> Array:
    """Return the points (n, 3) seen at the pixels where `hit` (H, W) is true."""
    rows, columns = np.nonzero(hit)
    return view.locate(columns.astype(np.float64), rows.astype(np.float64), closeness[hit])


def _visible(
    face: Face,
    view: View,
    depth: Array,
) -> Iterator[tuple[Window, Mask, Array, Array, Array]]:
    """Yield once, or never: a window, its pixels where the face is nearest, closeness, u, v."""
    columns, rows, closeness = view.project(_in_front(face.corners, view))
    if len(columns) < 3 or not (window := _window(columns, rows, depth.shape)):
        return
    grid_rows, grid_columns = np.mgrid[window].astype(np.float64)
    inside = _inside(columns, rows, grid_columns, grid_rows)
    plane = np.linalg.lstsq(np.stack([columns, rows, np.ones_like(rows)], 1), closeness, 1e-9)[0]
    nearness = plane[0] * grid_columns + plane[1] * grid_rows + plane[2]
    hit = inside & (nearness > depth[window])
    if not hit.any():
        return
    along, up, _ = face.axes
    offset = view.locate(grid_columns[hit], grid_rows[hit], nearness[hit]) - face.corners[0]
    u, v = offset @ along, offset @ up
    if face.opaque is not None:
        keep = face.opaque(u, v)
        hit[hit] = keep
        u, v = u[keep], v[keep]
    yield window, hit, nearness[hit], u, v


def _in_front(corners: Array, view: View) -> Array:
    """Cut off what lies behind a camera, or too near it (Sutherland and Hodgman 1974)."""
    if not isinstance(view, Pinhole):
        return corners
    kept = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if start[2] > NEAR_METRES:
            kept.append(start)
        if (start[2] > NEAR_METRES) != (end[2] > NEAR_METRES):
            kept.append(start + (end - start) * (NEAR_METRES - start[2]) / (end[2] - start[2]))
    return np.array(kept).reshape(-1, 3)


def _along(points: Array, axis: Array) -> Array:
    """Return the scalar products of points (n, 3) with an axis: exact sums, the same anywhere."""
    product: Array = points[:, 0] * axis[0] + points[:, 1] * axis[1] + points[:, 2] * axis[2]
    return product


def _window(columns: Array, rows: Array, shape: tuple[int, ...]) -> Window | None:
    top, bottom = max(0, int(rows.min())), min(shape[0], int(rows.max()) + 2)
    left, right = max(0, int(columns.min())), min(shape[1], int(columns.max()) + 2)
    if top >= bottom or left >= right:
        return None
    return slice(top, bottom), slice(left, right)


def _inside(columns: Array, rows: Array, grid_columns: Array, grid_rows: Array) -> Mask:
    next_columns, next_rows = np.roll(columns, -1), np.roll(rows, -1)
    turn = np.sign(np.sum(columns * next_rows - next_columns * rows))
    inside = np.full(grid_rows.shape, turn != 0)
    for x, y, x2, y2 in zip(columns, rows, next_columns, next_rows, strict=True):
        inside &= turn * ((x2 - x) * (grid_rows - y) - (y2 - y) * (grid_columns - x)) >= 0
    return inside


def _spots(
    leaves: Leaves,
    view: View,
    depth: Array,
) -> Iterator[tuple[Whole, Whole, Array, Whole]]:
    """Yield rows, columns, closeness and leaf numbers of visible pixels, offset by offset.

    Each leaf is a disc of pixels; the caller draws what is yielded before asking for more.
    """
    columns, rows, closeness = view.project(leaves.centres)
    reach = leaves.radius * view.pixels_per_metre(float(np.median(closeness)))
    for down, right in _disc(reach):
        at_row = np.rint(rows).astype(np.int64) + down
        at_column = np.rint(columns).astype(np.int64) + right
        fits = (at_row >= 0) & (at_row < depth.shape[0])
        fits &= (at_column >= 0) & (at_column < depth.shape[1])
        fits &= closeness > (0.0 if isinstance(view, Pinhole) else -np.inf)
        which = np.nonzero(fits)[0]
        which = which[closeness[which] > depth[at_row[which], at_column[which]]]
        which = which[_nearest(at_row[which] * depth.shape[1] + at_column[which], closeness[which])]
        yield at_row[which], at_column[which], closeness[which], which


def _nearest(pixel: Whole, closeness: Array) -> Whole:
    """Return, for each pixel that is named, where its largest closeness stands."""
    order = np.lexsort((closeness, pixel))
    ends = np.append(np.diff(pixel[order]) != 0, True)[: len(order)]
    winners: Whole = order[ends]
    return winners


def _disc(radius: float) -> list[tuple[int, int]]:
    """Return the whole offsets within a radius in pixels, the middle always among them."""
    whole = range(-int(np.ceil(radius)), int(np.ceil(radius)) + 1)
    return [
        (down, right)
        for down in whole
        for right in whole
        if down * down + right * right <= radius * radius + 0.3
    ]
