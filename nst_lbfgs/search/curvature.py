"""L-BFGS's knowledge of the curvature, kept outside the optimiser so that a search can go on with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, PairArray, PictureArray
from .initial_hessian import SpectralInverseHessian

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

    `initial` is what the inverse Hessian is taken for before pairs correct it, None the unit matrix.
    """

    def __init__(
        self, size: int, pairs: Pairs = Pairs(), initial: SpectralInverseHessian | None = None
    ) -> None:
        self._initial = initial
        self._pairs: deque[tuple[PairArray, PairArray]] = deque(maxlen=size)
        self._powers: deque[tuple[FloatArray, FloatArray]] = deque(maxlen=size)
        self._iterate: FloatArray | None = None
        self._gradient: PictureArray | None = None
        for step, change in zip(pairs.steps, pairs.gradient_changes, strict=True):
            if dot(step, change) > 0:  # as all that were kept; in a file anything may stand
                self._keep((step, change))

    def forget(self) -> None:
        """Drop all pairs, and start anew at the next iterate."""
        self._pairs.clear()
        self._powers.clear()
        self._iterate = self._gradient = None

    def add(self, iterate: FloatArray, gradient: PictureArray) -> None:
        """Note an iterate and the gradient there, both (n,); the arrays are kept, not copied.

        As in L-BFGS-B, a step along which the gradient hardly rises makes no pair.
        """
        if self._iterate is not None and self._gradient is not None:
            step = (iterate - self._iterate).astype(np.float32)
            change = (gradient - self._gradient).astype(np.float32, copy=False)
            if dot(step, change) > EPSILON * abs(dot(step, self._gradient)):
                self._keep((step, change))
        self._iterate, self._gradient = iterate, gradient

    def pairs(self) -> Pairs:
        """Return the pairs so far."""
        return Pairs(tuple(step for step, _ in self._pairs), tuple(change for _, change in self._pairs))

    def direction(self, gradient: PictureArray, first_length: float) -> PictureArray:
        """Return -H g, (n,), in the precision of the gradient.

        It comes by the two-loop recursion (Nocedal, Updating quasi-Newton matrices with limited storage,
        1980). With initial matrix H0 that begins with s'y / y'H0 y H0, by the last pair, as in L-BFGS-B
        with the unit matrix. Before there is a pair it is -H0 g, so long that in the variables where H0 is
        the unit matrix its length is `first_length`.
        """
        direction = -gradient
        shares = []
        for step, change in reversed(self._pairs):
            share = dot(step, direction) / dot(step, change)
            _add(direction, -share, change)
            shares.append(share)
        scale, direction = self._initial_direction(direction, first_length)
        direction *= direction.dtype.type(scale)
        for (step, change), share in zip(self._pairs, reversed(shares), strict=True):
            _add(direction, share - dot(change, direction) / dot(step, change), step)
        return direction

    def _initial_direction(self, direction: PictureArray, first_length: float) -> tuple[float, PictureArray]:
        """Return H0 times `direction`, and what to scale it with."""
        if self._initial is not None:
            self._initial.learn(self._powers)
        product = self._times_initial(direction)
        if not self._pairs:
            squared_length = dot(direction, product)
            return (first_length / np.sqrt(squared_length) if squared_length else 1.0), product
        step, change = self._pairs[-1]
        return dot(step, change) / dot(change, self._times_initial(change)), product

    def _times_initial(self, values: PictureArray) -> PictureArray:
        return values if self._initial is None else self._initial.times(values)

    def _keep(self, pair: tuple[PairArray, PairArray]) -> None:
        self._pairs.append(pair)
        if self._initial is not None:
            self._powers.append((self._initial.powers(pair[0]), self._initial.powers(pair[1])))


def _add(target: PictureArray, factor: float, values: PairArray) -> None:
    """Add a multiple of `values` to `target`, in its precision."""
    target += target.dtype.type(factor) * values


def dot(left: NDArray[np.floating], right: NDArray[np.floating]) -> float:
    """Return the inner product of two arrays, (n,), summed in float64."""
    return float(np.einsum('i,i->', left, right, dtype=np.float64))
