"""VGG19's kernels and biases, from whichever weights a run uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ..arrays import Kernels
from ..network.layers import FILTERS
from ..network.reuse import Made
from .h5_file import read_convolutions
from .sources import Weights


def random_kernels(seed: int) -> Kernels:
    """Return seeded random weights that keep the features' scale from layer to layer.

    Each kernel is normal with variance 2 / fan-in (He et al., 2015), each bias 0. For tests:
    features of such a network are no features of pictures.
    """
    generator = np.random.default_rng(seed)
    kernels = {}
    channels = 3
    for name, filters in FILTERS.items():
        shape = (3, 3, channels, filters)
        kernel = generator.standard_normal(shape, np.float32) * np.float32((2 / (9 * channels)) ** 0.5)
        kernels[name] = (kernel, np.zeros(filters, np.float32))
        channels = filters
    return kernels


@dataclass(frozen=True)
class Network:
    """VGG19's weights: which they are, and a function that returns the kernels and biases.

    `made` is what transfers made with them and, if it is kept, share.
    """

    weights: Weights
    kernels: Callable[[], Kernels]
    made: Made = field(default_factory=Made, repr=False, compare=False)


def find_network(weights: Weights, *, seed: int = 0) -> Network:
    """Return the network with the weights that `resolve_weights` found; `seed` is for random ones.

    They are read whenever a transfer needs them: kept in memory they are 80 MB.
    """
    return Network(weights, partial(_read_kernels, weights, seed))


def load_network(weights: Weights, *, seed: int = 0) -> Network:
    """Return the network read once and kept in memory, 80 MB, for many transfers. Raises WeightsError.

    What a transfer made with it is kept, too, for others with the same settings and sizes, some 400 MB at
    most: see `Made`.
    """
    kernels = _read_kernels(weights, seed)
    return Network(weights, lambda: kernels, Made(keep=True))


def _read_kernels(weights: Weights, seed: int) -> Kernels:
    if weights.path is None:
        return random_kernels(seed)
    return {name: (kernel, bias) for name, kernel, bias in read_convolutions(weights.path)}
