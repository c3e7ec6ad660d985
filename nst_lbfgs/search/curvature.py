"""L-BFGS's knowledge of the curvature, kept outside the optimiser so that a search can go on with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, PairArray, PictureArray

EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Pairs:
    """The last steps and the changes of the gradient along them, oldest first, each (n,)."""

    steps: tuple[PairArray, ...] = ()
    gradient_changes: tuple[PairArray, ...] = ()


class CurvatureMemory:
    """Watches the iterates of a search and keeps the last `size` pairs, as L-BFGS-B does inside.

    Pairs are kept in float32: half the memory of the optimiser's own. They only shape the
    directions of a search; iterates are never made of them.
    """

    def __init__(self, size: int, pairs: Pairs = Pairs()) -> None:
        self._pairs: deque[tuple[PairArray, PairArray]] = deque(maxlen=size)
        self._pairs.extend(zip(pairs.steps, pairs.gradient_changes, strict=True))
        self._iterate: FloatArray | None = None
        self._gradient: PictureArray | None = None

    def forget(self) -> None:
        """Drop all pairs, and start anew at the next iterate."""
        self._pairs.clear()
        self._iterate = self._gradient = None

    def add(self, iterate: FloatArray, gradient: PictureArray) -> None:
        """Note an iterate and the gradient there, both (n,); the arrays are kept, not copied.

        As in L-BFGS-B, a step along which the gradient hardly rises makes no pair.
        """
        if self._iterate is not None and self._gradient is not None:
            step = (iterate - self._iterate).astype(np.float32)
            change = (gradient - self._gradient).astype(np.float32, copy=False)
            if _dot(step, change) > EPSILON * abs(_dot(step, self._gradient)):
                self._pairs.append((step, change))
        self._iterate, self._gradient = iterate, gradient

    def pairs(self) -> Pairs:
        """Return the pairs so far."""
        return Pairs(tuple(step for step, _ in self._pairs), tuple(change for _, change in self._pairs))

    def direction(self, gradient: PictureArray) -> FloatArray:
        """Return -H g, (n,), by the two-loop recursion (Nocedal, Updating quasi-Newton matrices with
        limited storage, 1980), with s'y / y'y of the last pair as the initial matrix, as in L-BFGS-B.

        There has to be a pair.
        """
        direction = -gradient.astype(np.float64)
        shares = []
        for step, change in reversed(self._pairs):
            share = _dot(step, direction) / _dot(step, change)
            direction -= share * change
            shares.append(share)
        step, change = self._pairs[-1]
        direction *= _dot(step, change) / _dot(change, change)
        for (step, change), share in zip(self._pairs, reversed(shares), strict=True):
            direction += (share - _dot(change, direction) / _dot(step, change)) * step
        return direction


def _dot(left: NDArray[np.floating], right: NDArray[np.floating]) -> float:
    return float(np.einsum('i,i->', left, right, dtype=np.float64))
