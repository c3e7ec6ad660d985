"""Masks as VGG19's layers see them, as tensors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import tensorflow as tf

from ..arrays import Tensor
from ..network.layers import feature_shape
from .masks import Weights
from .receptive import receptive_shares


def guide_weights(
    masks: Sequence[Weights | None], layers: Collection[str], size: tuple[int, int], dtype: Any
) -> dict[str, list[Tensor]]:
    """Return, by layer, the weights, (h * w, 1), of a guide for each of `masks`, (H, W).

    None is a mask of ones; if there is no other, there are no guides. `size` is the (height, width) of
    the pictures.
    """
    guides: dict[str, list[Tensor]] = {}
    if all(mask is None for mask in masks):
        return guides
    for mask in masks:
        shares = {} if mask is None else receptive_shares(mask, layers)
        for layer in layers:
            locations = (feature_shape(layer, *size)[0] * feature_shape(layer, *size)[1], 1)
            weights = tf.reshape(shares[layer], locations) if mask is not None else tf.ones(locations)
            guides.setdefault(layer, []).append(tf.cast(weights, dtype))
    return guides


def location_weights(mask: Weights | None, layers: Collection[str], dtype: Any) -> dict[str, Tensor]:
    """Return a mask, (H, W), as layers see it, each (1, h, w, 1); nothing if there is none."""
    if mask is None:
        return {}
    shares = receptive_shares(mask, layers)
    return {layer: tf.constant(share[tf.newaxis, :, :, tf.newaxis], dtype) for layer, share in shares.items()}
