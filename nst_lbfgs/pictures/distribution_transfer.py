"""One distribution of colours made into another: Pitié's iterative distribution transfer.

Source: Pitié, Kokaram, Dahyot, Automated colour grading using colour distribution transfer (2007). Along each
axis of a rotated cube of colours the distribution is made equal to the other's, monotonically; then the
cube is turned to the next position. Deviation: the rotations are fixed and spread evenly instead of random.
Sums of functions of colours alone, so equal colours stay equal.
"""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray

ROTATIONS = 20
STRIDE = 7  # through the rotations: neighbours, which are alike, do not follow each other
BINS = 1024  # along an axis of at most 442: less than half a value each
MIDDLES = np.arange(BINS, dtype=np.float64) + 0.5
# Alexa, Super-Fibonacci spirals (2022): rotations as quaternions, spread evenly.
FIBONACCI = np.sqrt(2), 1.533751168755204288118041


def transferred(
    colours: FloatArray, counts: FloatArray, others: FloatArray, other_counts: FloatArray
) -> FloatArray:
    """Return the colours (n, 3) moved so that, counted, they are distributed nearly as the others (m, 3).

    Counts, above 0, are (n,) and (m,).
    """
    moved = colours.T
    for rotation in rotations():
        turned, wanted = rotation @ moved, rotation @ others.T
        for axis in range(3):
            turned[axis] = _matched(turned[axis], counts, wanted[axis], other_counts)
        moved = rotation.T @ turned
    return np.ascontiguousarray(moved.T)


def rotations() -> list[FloatArray]:
    """Return the rotations, (3, 3) each, the same every time."""
    turns = np.arange(ROTATIONS) * STRIDE % ROTATIONS + 0.5
    first, second = 2 * np.pi * turns / FIBONACCI[0], 2 * np.pi * turns / FIBONACCI[1]
    near, far = np.sqrt(turns / ROTATIONS), np.sqrt(1 - turns / ROTATIONS)
    quaternions = (near * np.sin(first), near * np.cos(first), far * np.sin(second), far * np.cos(second))
    return [_matrix(*quaternion) for quaternion in np.stack(quaternions, axis=1)]


def _matrix(x: float, y: float, z: float, w: float) -> FloatArray:
    """Return the rotation that a unit quaternion means."""
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _matched(
    values: FloatArray, counts: FloatArray, others: FloatArray, other_counts: FloatArray
) -> FloatArray:
    """Return the values (n,) moved, in their order, to where the others (m,) have the same rank."""
    low = min(values.min(), others.min())
    width = max(values.max() - low, others.max() - low) / BINS
    if width == 0:
        return values
    places = (values - low) / width
    ranks, other_ranks = _ranks(places, counts), _ranks((others - low) / width, other_counts)
    moves = np.interp(ranks[1], other_ranks[1], other_ranks[0]) - ranks[0]  # 0 where both are alike
    matched: FloatArray = values + width * _interpolated(np.interp(MIDDLES, ranks[0], moves), places)
    return matched


def _ranks(places: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middle of each bin that is not empty, and which part of the counts lies below it."""
    bins = np.minimum(places, BINS - 1).astype(np.intp)
    histogram = np.bincount(bins, counts, BINS).astype(np.float64)
    below: FloatArray = (np.cumsum(histogram) - histogram / 2) / counts.sum()
    return MIDDLES[histogram > 0], below[histogram > 0]


def _interpolated(table: FloatArray, places: FloatArray) -> FloatArray:
    """Return a table of values at the bins' middles read at `places`: np.interp, but five times faster."""
    steps = np.clip(places - 0.5, 0, BINS - 1)
    bins = np.minimum(steps, BINS - 2).astype(np.intp)
    interpolated: FloatArray = table[bins] + (steps - bins) * (table[bins + 1] - table[bins])
    return interpolated
