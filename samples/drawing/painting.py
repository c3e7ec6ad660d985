"""The painting: one composition, painted from broad strokes to fine and lit from the side."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .composition import Composition
from .noise import Array, cloud_tile, sample
from .strokes import Brush, Canvas, Painter

PAINTING_SIZE = (800, 640)
PAINTING_SEED = 3
SUPERSAMPLING = 2
PLAN_ROWS = 320
GLAZE = np.array([0.46, 0.40, 0.36])
GLAZED = 0.13
GROUND = np.array([0.30, 0.13, 0.07])
BRUSHES = (
    Brush(0.060, 0.26, 4.0, 0.5, 0.020),
    Brush(0.030, 0.15, 1.8, 0.8, 0.030),
    Brush(0.017, 0.090, 1.4, 1.0, 0.040),
    Brush(0.010, 0.055, 0.7, 1.0, 0.045),
)


def draw_painting(width: int, height: int, seed: int) -> Image.Image:
    """Return the painting as an RGB picture of that size; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    shape = (height * SUPERSAMPLING, width * SUPERSAMPLING)
    composition = Composition(rng)
    plan = _plan(composition, min(PLAN_ROWS, height), width / height)
    canvas = Canvas.primed(shape, GROUND)
    painter = Painter(canvas, composition.flow, rng)
    for brush in BRUSHES:
        places = _places(brush, width / height, rng)
        painter.lay(brush, places, _mixed(_picked(plan, places), brush, rng))
    lit = relief(canvas, cloud_tile(rng, 512, 0.4))
    large = Image.fromarray(np.rint(lit * 255).astype(np.uint8))
    return large.resize((width, height), Image.Resampling.LANCZOS)


def _plan(composition: Composition, rows: int, aspect: float) -> Array:
    """Return the composition's colours on a grid (rows, ..., 3), drawn together by a glaze."""
    y, x = np.mgrid[:rows, : round(rows * aspect)] / rows
    colours = composition.colours(x, y, composition.bands(x, y))
    return colours + (GLAZE - colours) * GLAZED


def _places(brush: Brush, aspect: float, rng: np.random.Generator) -> Array:
    """Return the middles (n, 2) of the strokes, in the order of painting, margins included."""
    number = int(brush.cover * 1.2 * (aspect + 0.2) / (brush.width * brush.length * 0.6))
    return rng.uniform((-0.1, -0.1), (aspect + 0.1, 1.1), (number, 2))


def _picked(plan: Array, places: Array) -> Array:
    rows, columns = plan.shape[:2]
    column = np.clip((places[:, 0] * rows).astype(np.int64), 0, columns - 1)
    row = np.clip((places[:, 1] * rows).astype(np.int64), 0, rows - 1)
    picked: Array = plan[row, column]
    return picked


def _mixed(colours: Array, brush: Brush, rng: np.random.Generator) -> Array:
    """Return the colours as they come off a palette: a little lighter, darker, warmer, cooler."""
    value = rng.normal(1.0, 0.09, (len(colours), 1))
    warmth = rng.normal(0.0, brush.variety, (len(colours), 1)) * np.array([1.0, 0.1, -1.0])
    mixed: Array = np.clip(colours * value + warmth, 0.0, 1.0)
    return mixed


def relief(canvas: Canvas, weave: Array) -> Array:
    """Return the colours as light from the upper left shows them: ridges bright, grooves dark."""
    rows, columns = canvas.height.shape
    y, x = np.mgrid[:rows, :columns] / 700.0
    height = canvas.height + 0.05 * sample(weave, x, y)
    down, right = np.gradient(height)
    slope = -(down + right) * 0.7
    shade = np.clip(1.0 + 0.55 * slope, 0.55, 1.5)
    gloss = np.clip(slope - 0.35, 0.0, 0.6) * 0.35
    lit: Array = np.clip(canvas.colour * shade[..., None] + gloss[..., None], 0.0, 1.0)
    return lit
