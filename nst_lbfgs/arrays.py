"""The types of the arrays that pictures, features and searches are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A picture, RGB (H, W, 3), or a mask or alpha (H, W), 0 to 255."""

DeepPixels = NDArray[np.uint16]
"""A picture, RGB (H, W, 3), 0 to 65535."""

PictureArray = NDArray[np.floating[Any]]
"""A picture in the coordinates of a preprocessing, or a gradient for it, in the precision that it has."""

FeatureArray = NDArray[Any]
"""Features of a picture, or a gradient for them, (1, h, w, c), in any type, bfloat16 too."""

FloatArray = NDArray[np.float64]

PairArray = NDArray[np.float32]
"""A step of a search, or the change of the gradient along it, (n,)."""

Kernels = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""For each convolution, by name, a kernel (3, 3, channels, filters) and a bias (filters,)."""

Tensor = Any
"""TensorFlow ships no types."""
