"""How much of what each location of a layer sees lies in a mask."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from ..arrays import FloatArray
from ..network.layers import LAYER_NAMES
from .masks import Weights


def receptive_shares(mask: Weights, layers: Collection[str]) -> dict[str, Weights]:
    """Return for each of `layers` the share of a mask, (H, W), 0 to 1, in what its locations see, (h, w).

    The mask goes through VGG19's own geometry: each 3 x 3 convolution is the mean over that
    neighbourhood, rows and columns at the edge repeated, each pooling the mean of 2 x 2, an odd last row
    or column dropped. So each pixel counts by the number of ways in which it reaches a location, which is
    its expected weight in the effective receptive field (Luo et al., Understanding the Effective
    Receptive Field in Deep Convolutional Neural Networks, 2016): a bell that is much narrower than the
    outermost pixels that can reach there. The mean of a mask stays what it was, but for what poolings
    drop, so that no region vanishes on a deep layer.

    Gatys et al., Controlling Perceptual Factors in Neural Style Transfer (2017), section 4, try three ways:
    the mask made smaller, as hard as it was; only the locations that see nothing else, of which a deep
    layer may have none; and all that see anything of it.
    """
    shares = {}
    for layer, values in _through_the_network(mask.astype(np.float64)):
        if layer in layers:
            shares[layer] = values.astype(np.float32)
        if len(shares) == len(layers):
            break
    return shares


def _through_the_network(values: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    from scipy.ndimage import uniform_filter  # here, for most runs have no masks

    for layer in LAYER_NAMES:
        if layer.endswith('_pool'):
            height, width = values.shape[0] // 2, values.shape[1] // 2
            blocks = values[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
            values = blocks.mean(axis=(1, 3))
        else:
            values = uniform_filter(values, 3, mode='nearest')
        yield layer, values
