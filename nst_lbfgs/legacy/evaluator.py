"""The class that every script of this line defines: one evaluation, asked for in two parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Evaluator:
    """Answers `loss` and `grads` by turns from one evaluation, as SciPy asks for them.

    After keras 2.3.1, examples/neural_style_transfer.py, where it reads the module's globals.
    evaluate: a `K.function` of [image] that gives [loss, gradients...].
    shape: the image's shape; SciPy's points are flat.
    """

    def __init__(self, evaluate: Callable[[list[Array]], list[Any]], shape: Sequence[int]) -> None:
        self._evaluate = evaluate
        self._shape = tuple(shape)
        self._gradient: Array | None = None

    def loss(self, x: Array) -> float:
        """Return the loss at `x` and keep the gradient for `grads`."""
        outputs = self._evaluate([x.reshape(self._shape)])
        self._gradient = np.concatenate([np.ravel(g) for g in outputs[1:]]).astype('float64')
        return float(outputs[0])

    def grads(self, x: Array) -> Array:
        """Return the gradient at the point that `loss` was last asked for, as float64.

        Raises RuntimeError if `loss` was not asked for since.
        """
        if self._gradient is None:
            raise RuntimeError('Expected loss(x) before grads(x). Received: grads(x) first')
        gradient, self._gradient = self._gradient, None
        return gradient
