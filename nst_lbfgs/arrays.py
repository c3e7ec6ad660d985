"""The types of the arrays that pictures, features and searches are made of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Kernels = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
"""For each convolution, by name, a kernel (3, 3, channels, filters) and a bias (filters,)."""
