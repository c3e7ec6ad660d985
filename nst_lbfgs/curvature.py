"""L-BFGS's knowledge of the curvature, kept outside the optimiser so that a search can go on with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
PairArray = NDArray[np.float32]

# scipy's L-BFGS-B drops a pair whose curvature is below this share of |y|^2; so is it here.
SMALLEST_CURVATURE = 2.2e-16


@dataclass(frozen=True)
class Pairs:
    """The last steps and the changes of the gradient along them, oldest first, each (n,)."""

    steps: tuple[PairArray, ...] = ()
    gradient_changes: tuple[PairArray, ...] = ()


class CurvatureMemory:
    """Watches the iterates of a search and keeps the last `size` pairs, as L-BFGS does inside.

    Pairs are kept in float32: half the memory of the optimiser's own. They only shape the
    directions of a search, which the rounding does not bias; iterates are never made of them.
    """

    def __init__(self, size: int, pairs: Pairs) -> None:
        self._pairs: deque[tuple[PairArray, PairArray]] = deque(maxlen=size)
        self._pairs.extend(zip(pairs.steps, pairs.gradient_changes, strict=True))
        self._iterate: FloatArray | None = None
        self._gradient: FloatArray | None = None

    def forget(self) -> None:
        """Drop all pairs, and start anew at the next iterate."""
        self._pairs.clear()
        self._iterate = self._gradient = None

    def add(self, iterate: FloatArray, gradient: FloatArray) -> None:
        """Note an iterate and the gradient there, both (n,); the arrays are kept, not copied."""
        if self._iterate is not None and self._gradient is not None:
            step = (iterate - self._iterate).astype(np.float32)
            change = (gradient - self._gradient).astype(np.float32)
            if _curvature(step, change) > SMALLEST_CURVATURE * _curvature(change, change):
                self._pairs.append((step, change))
        self._iterate, self._gradient = iterate, gradient

    def pairs(self) -> Pairs:
        """Return the pairs so far."""
        return Pairs(tuple(step for step, _ in self._pairs),
                     tuple(change for _, change in self._pairs))


class CurvatureCoordinates:
    """Coordinates w in which a search begins with the curvature that an earlier one had found.

        z = z_k + c B w,   B B^T = H_k,   c = |B^T g_k|

    H_k is the L-BFGS approximation of the inverse Hessian from the pairs (Nocedal, Updating
    quasi-Newton matrices with limited storage, 1980; initial matrix gamma I with gamma = s'y / y'y
    of the last pair), and B its factor in product form (Brodlie, Gourlay and Greenstadt, Rank-one
    and rank-two corrections to positive definite matrices expressed in product form, 1973):

        B = (I - s_k v_k^T) ... (I - s_1 v_1^T) sqrt(gamma),   v = rho y + a H^-1 s,
        rho = 1 / s'y,   a = sqrt(rho / s' H^-1 s)

    A search that knows nothing goes in w against the gradient c B^T g, and its first trial has the
    length 1: in z that is exactly z_k - H_k g_k, the step that the earlier search would have tried.
    From there on H_k is the initial matrix of the new memory, where the earlier search would have
    dropped its pairs one by one.

    `iterate` and `gradient` are z_k and g_k, (n,). A map takes O(k n) for k pairs.
    """

    def __init__(self, iterate: FloatArray, gradient: FloatArray, pairs: Pairs) -> None:
        self._iterate = iterate
        self._steps: list[PairArray] = []
        self._vectors: list[FloatArray] = []
        self._scale = _initial_scale(pairs)
        for step, change in zip(pairs.steps, pairs.gradient_changes, strict=True):
            self._update(step, change)
        self._scale *= float(np.linalg.norm(self.gradient(gradient))) or 1.0

    def start(self) -> FloatArray:
        """Return w = 0, where z is the iterate."""
        return np.zeros_like(self._iterate)

    def picture(self, w: FloatArray) -> FloatArray:
        """Return z."""
        z: FloatArray = self._scale * w
        for step, vector in zip(self._steps, self._vectors, strict=True):
            z -= (vector @ z) * step
        z += self._iterate
        return z

    def gradient(self, gradient: FloatArray) -> FloatArray:
        """Return the gradient for w from the gradient for z: c B^T applied to it."""
        changed: FloatArray = gradient.copy()
        for step, vector in zip(reversed(self._steps), reversed(self._vectors), strict=True):
            changed -= (step.astype(np.float64) @ changed) * vector
        changed *= self._scale
        return changed

    def _update(self, step: PairArray, change: PairArray) -> None:
        hessian_step = self._apply_hessian(step.astype(np.float64))
        rho = 1 / _curvature(step, change)
        factor = np.sqrt(rho / _curvature(step, hessian_step))
        self._steps.append(step)
        self._vectors.append(rho * change + factor * hessian_step)

    def _apply_hessian(self, values: FloatArray) -> FloatArray:
        """Return H^-1 applied to `values`, with the updates so far: B^-T B^-1.

        (I - s v^T)^-1 = I + s v^T / (1 - v's)  (Sherman and Morrison).
        """
        values = np.array(values)
        updates = list(zip(self._steps, self._vectors, strict=True))
        for step, vector in reversed(updates):
            values += (vector @ values) / (1 - vector @ step) * step
        values /= self._scale**2
        for step, vector in updates:
            values += (step @ values) / (1 - vector @ step) * vector
        return values


def _initial_scale(pairs: Pairs) -> float:
    if not pairs.steps:
        return 1.0
    step, change = pairs.steps[-1], pairs.gradient_changes[-1]
    return float(np.sqrt(_curvature(step, change) / _curvature(change, change)))


def _curvature(step: NDArray[np.floating], change: NDArray[np.floating]) -> float:
    return float(step.astype(np.float64) @ change.astype(np.float64))
