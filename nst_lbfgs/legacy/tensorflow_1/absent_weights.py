"""Weights that a file has and ours have not: VGG's fully connected layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import LegacyError


class AbsentWeights:
    """A name and a shape in place of an array; says what is missing once its values are wanted."""

    dtype = np.dtype(np.float32)

    def __init__(self, layer: str, shape: tuple[int, ...]) -> None:
        self.layer = layer
        self.shape = tuple(int(length) for length in shape)
        self.size = math.prod(self.shape)
        self.ndim = len(self.shape)

    def reshape(self, *shape: Any) -> AbsentWeights:
        """Return the same weights in another shape, one length of which may be -1."""
        lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        known = math.prod(length for length in lengths if length != -1)
        return AbsentWeights(self.layer, tuple(self.size // known if n == -1 else n for n in lengths))

    def transpose(self, *axes: Any) -> AbsentWeights:
        """Return the same weights with their axes in another order."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else axes
        return AbsentWeights(self.layer, tuple(self.shape[axis] for axis in order or range(self.ndim)[::-1]))

    def __array__(self, *_args: Any, **_kwargs: Any) -> Any:
        raise LegacyError(
            f'Expected layers that the weights have. Received: {self.layer}, fully connected, which weights '
            'without the top lack; put the published file at the path that the script names'
        )

    def __getitem__(self, _key: Any) -> Any:
        return self.__array__()
