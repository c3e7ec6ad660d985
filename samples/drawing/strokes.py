"""Brush strokes: curved ribbons of bristles that lay colour and thick paint on a canvas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .noise import Array, Mask, Whole, cloud_tile, sample, smoothstep

Flow = Callable[[Array, Array], tuple[Array, Array]]
NODES = 12
DABS_AT_ONCE = 3_000_000


@dataclass(frozen=True)
class Brush:
    """One size of brush: width and length in picture heights, paint, and how wild its colours.

    `cover` is how many times the strokes would cover the canvas, were they laid side by side.
    """

    width: float
    length: float
    cover: float
    thickness: float
    variety: float


@dataclass
class Canvas:
    """Wet paint: RGB (H, W, 3) in [0, 1] and its height (H, W)."""

    colour: Array
    height: Array

    @classmethod
    def primed(cls, shape: tuple[int, int], colour: Array) -> Canvas:
        """Return a canvas of one colour."""
        return cls(np.full((*shape, 3), colour), np.zeros(shape))


class Painter:
    """Lays strokes along a flow; the bristles come from `rng`."""

    def __init__(self, canvas: Canvas, flow: Flow, rng: np.random.Generator) -> None:
        self.canvas = canvas
        self._flow = flow
        self._rng = rng
        self._bristles = cloud_tile(rng, 256, 0.6)

    def lay(self, brush: Brush, places: Array, colours: Array) -> None:
        """Paint one stroke at each place (n, 2: x, y in picture heights) in its colour (n, 3)."""
        rows = self.canvas.colour.shape[0]
        samples = max(6, int(brush.length * rows * 1.25)), max(4, int(brush.width * rows * 1.6))
        batch = max(1, DABS_AT_ONCE // (samples[0] * samples[1]))
        for start in range(0, len(places), batch):
            part = slice(start, start + batch)
            self._lay_batch(brush, places[part], colours[part], samples)

    def _lay_batch(
        self,
        brush: Brush,
        places: Array,
        colours: Array,
        samples: tuple[int, int],
    ) -> None:
        number = len(places)
        lengths = brush.length * self._rng.uniform(0.55, 1.15, number)
        widths = brush.width * self._rng.uniform(0.65, 1.15, number)
        spread = self._rng.normal(0.0, brush.variety, (number, 3))
        along = np.linspace(0.0, 1.0, samples[0])[None, :, None]
        across = np.linspace(-1.0, 1.0, samples[1])[None, None, :]
        middle, side = _resampled(self._paths(places, lengths), samples[0])
        reach = across * widths[:, None, None] / 2
        ribbon = middle[:, :, None] + side[:, :, None] * reach[..., None]
        marks, paint = self._bristle(along, across, widths, lengths)
        height = 0.6 + 0.28 * marks + 0.5 * np.abs(across) ** 5
        pixel, top = self._topmost(ribbon, paint > 0)
        stroke = np.nonzero(top)[0]
        colour = colours[stroke] + marks[top][:, None] * (spread[stroke] + 0.035)
        self._deposit(pixel, colour, brush.thickness * height[top], paint[top])

    def _deposit(self, pixel: Whole, colour: Array, height: Array, paint: Array) -> None:
        """Put paint on pixels, each named once: it mixes with what is wet there, and rises."""
        heights, colours = self.canvas.height.reshape(-1), self.canvas.colour.reshape(-1, 3)
        heights[pixel] = 0.45 * heights[pixel] + height * np.minimum(paint * 2.0, 1.0)
        fresh = np.clip(0.35 + 0.9 * paint, 0.0, 0.92)[:, None]
        colours[pixel] = colours[pixel] * (1 - fresh) + np.clip(colour, 0.0, 1.0) * fresh

    def _paths(self, places: Array, lengths: Array) -> Array:
        """Follow the flow both ways from the places: nodes (n, NODES, 2)."""
        step = lengths / (NODES - 1)
        halves = []
        for sign in (-1.0, 1.0):
            x, y = places[:, 0], places[:, 1]
            nodes = []
            for _ in range(NODES // 2):
                dx, dy = self._flow(x, y)
                dx, dy = self._flow(x + sign * dx * step / 2, y + sign * dy * step / 2)
                x, y = x + sign * dx * step, y + sign * dy * step
                nodes.append(np.stack([x, y], axis=1))
            halves.append(nodes)
        return np.stack([*halves[0][::-1], places, *halves[1]], axis=1)

    def _bristle(
        self,
        along: Array,
        across: Array,
        widths: Array,
        lengths: Array,
    ) -> tuple[Array, Array]:
        """Return bristle marks, about -2 to 2, and how much paint is left, above 0 where any is.

        Both are (n, samples along, samples across). Round where the brush is set down, ragged
        where it is lifted and the paint runs out.
        """
        seed = self._rng.random((len(widths), 2, 1, 1))
        v = seed[:, 1] + across * widths[:, None, None] * 4.2
        marks = sample(self._bristles, seed[:, 0] + along * lengths[:, None, None] * 0.22, v)
        profile = np.sqrt(np.clip(along / 0.10, 0.0, 1.0)) * (1 - 0.35 * along)
        edge = profile * (1 + 0.06 * marks) - np.abs(across)
        dry = smoothstep(0.55, 1.0, along) * 1.9 + 0.25 * smoothstep(0.5, 1.0, np.abs(across))
        paint = np.minimum(edge * 4, marks + 2.3 - dry * 1.6)
        return marks, paint

    def _topmost(self, ribbon: Array, wet: Mask) -> tuple[Whole, Mask]:
        """Return flat numbers of the painted pixels, and the sample that ends on top of each.

        Later strokes lie over earlier ones; the mask has the shape of the samples, as `wet`.
        """
        rows, columns = self.canvas.height.shape
        column, row = np.moveaxis((ribbon * rows).astype(np.int64), -1, 0)
        wet = wet & (ribbon >= 0).all(-1) & (column < columns) & (row < rows)
        pixel, order = (row * columns + column)[wet], np.arange(np.count_nonzero(wet))
        latest = np.full(rows * columns, -1)
        np.maximum.at(latest, pixel, order)
        top = latest[pixel] == order
        wet[wet] = top
        return pixel[top], wet


def _resampled(path: Array, samples: int) -> tuple[Array, Array]:
    """Return points (n, samples, 2) evenly along paths (n, nodes, 2), and unit normals there."""
    nodes = path.shape[1]
    at = np.linspace(0.0, nodes - 1.0, samples)
    before = np.minimum(at.astype(np.int64), nodes - 2)
    part = (at - before)[None, :, None]
    middle = path[:, before] * (1 - part) + path[:, before + 1] * part
    ahead = np.gradient(path, axis=1)
    ahead = ahead[:, before] * (1 - part) + ahead[:, before + 1] * part
    ahead = ahead / (np.linalg.norm(ahead, axis=2, keepdims=True) + 1e-12)
    return middle, np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)
