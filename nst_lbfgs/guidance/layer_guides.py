"""Masks as VGG19's layers see them, as tensors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import tensorflow as tf

from ..arrays import Tensor
from ..losses import Guide
from ..network.backpropagation import Guides
from ..network.layers import feature_shape
from .masks import Weights
from .receptive import receptive_shares

Place = tuple[int, Weights | None]
"""A picture of a batch, by its row, and the part of it, (H, W), that a Gram matrix looks at."""


def layer_guides(
    places: Sequence[Place], layers: Collection[str], size: tuple[int, int], dtype: Any
) -> Guides | None:
    """Return, by layer, a guide for each place; None if each is all of its picture.

    `size` is the (height, width) of the pictures.
    """
    if all(mask is None for _, mask in places):
        return None
    guides: dict[str, list[Guide]] = {layer: [] for layer in layers}
    for row, mask in places:
        shares = {} if mask is None else receptive_shares(mask, layers)
        for layer in layers:
            locations = (feature_shape(layer, *size)[0] * feature_shape(layer, *size)[1], 1)
            weights = tf.reshape(shares[layer], locations) if mask is not None else tf.ones(locations)
            guides[layer].append(Guide(row, tf.cast(weights, dtype)))
    return guides


def location_weights(mask: Weights | None, layers: Collection[str], dtype: Any) -> dict[str, Tensor]:
    """Return a mask, (H, W), as layers see it, each (1, h, w, 1); nothing if there is none."""
    if mask is None:
        return {}
    shares = receptive_shares(mask, layers)
    return {layer: tf.constant(share[tf.newaxis, :, :, tf.newaxis], dtype) for layer, share in shares.items()}
