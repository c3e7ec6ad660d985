"""What a mask is, and what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError

Weights = NDArray[np.float32]
"""A checked mask: (H, W), 0 to 1."""


def checked_mask(name: str, mask: NDArray[Any], size: tuple[int, int]) -> Weights:
    """Return a mask of bool or of any floating-point type as float32. `name` names it in errors.

    Raises ConfigError unless it has the (height, width) `size`, values from 0 to 1, and one above 0.
    """
    if not isinstance(mask, np.ndarray) or mask.dtype.kind not in 'bf':
        received = mask.dtype if isinstance(mask, np.ndarray) else type(mask).__name__
        raise ConfigError(
            f'Expected {name}: an array of bool, or of floating-point numbers from 0 to 1 (a grey picture of '
            f'0 to 255, divided by 255). Received: {received}'
        )
    if mask.shape != size:
        raise ConfigError(f'Expected {name}: of shape {size}. Received: {mask.shape}')
    weights = mask.astype(np.float32)
    if not (weights.min() >= 0 and weights.max() <= 1):  # nor where one is not a number
        raise ConfigError(
            f'Expected {name}: values from 0 to 1. Received: {weights.min():g} to {weights.max():g}'
        )
    if not weights.any():
        raise ConfigError(f'Expected {name}: a value above 0 somewhere. Received: 0 everywhere')
    return weights
