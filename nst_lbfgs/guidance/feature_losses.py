"""The content and the style loss: distances on VGG19's layers, put together as a configuration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from ..arrays import Tensor
from ..config import LayerWeights, ObjectiveConfig
from ..losses import DISTANCES, FEATURE_SCALES, GRAM_SCALES, STYLE_NORMALISATIONS
from ..network.layers import feature_shape


class FeatureLosses:
    """The weighted content and style loss of a combination picture of `size`, (height, width).

    The squared differences of content features are multiplied, location by location, with
    `content_weights`, (1, h, w, 1) by layer: 1 counts as without, and 0 not at all; nothing makes up for
    what counts less.

    The style loss is the sum over regions of `shares`, each the mean of the region's mask, times the
    region's own loss. So style pulls at each place as it does without regions. For with the mask w at a
    layer of n locations, the gradient at location i of the region's distance D from its target is

        share w_i / (sum of w) 2 D' F_i,   D' symmetric, by the Gram matrix

    and sum of w = n share, since the mask's mean is the same at each layer (`guidance/receptive.py`): w_i
    times what it is without regions, 2 D' F_i / n, against the same content loss and total variation.
    Gatys et al. (2017) weigh regions as the user likes.
    """

    def __init__(
        self,
        config: ObjectiveConfig,
        size: tuple[int, int],
        dtype: Any,
        *,
        shares: Sequence[float],
        content_weights: Mapping[str, Tensor],
    ) -> None:
        self._config = config
        self._size = size
        self._dtype = dtype
        self._shares = shares
        self._content_weights = content_weights

    def content(self, features: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted content loss of features, (1, h, w, c) by layer."""
        config = self._config
        distance = DISTANCES[config.content_distance]
        total = tf.zeros((), self._dtype)
        for name, weight in layers_of(config, 'content').items():
            total += weight * distance(features[name], targets[name], self._content_weights.get(name))
        if config.content_distance != 'relative-squared-error':
            # The others are quadratic: scaling them spares scaling every feature.
            total *= FEATURE_SCALES[config.feature_scale] ** 2
        return config.content_weight * (total / _divisor(config.content_layers, config.content_reduction))

    def style(self, grams: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted style loss of mean Gram matrices, (regions, c, c) by layer."""
        config = self._config
        total = tf.zeros((), self._dtype)
        for region, share in enumerate(self._shares):
            total += share * self._region(region, grams, targets)
        total *= STYLE_NORMALISATIONS[config.style_normalisation](*self._size)
        return config.style_weight * (total / _divisor(config.style_layers, config.style_reduction))

    def _region(self, region: int, grams: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
        config = self._config
        distance = DISTANCES[config.style_distance]
        total = tf.zeros((), self._dtype)
        for name, weight in layers_of(config, 'style').items():
            scale = GRAM_SCALES[config.gram](*feature_shape(name, *self._size))
            scale *= FEATURE_SCALES[config.feature_scale] ** 2
            total += weight * distance(scale * grams[name][region], scale * targets[name][region])
        return total


def layers_of(config: ObjectiveConfig, term: str) -> dict[str, float]:
    """Return the layers of the 'content' or 'style' loss that have a weight, with it."""
    if not getattr(config, f'{term}_weight'):
        return {}
    layers: LayerWeights = getattr(config, f'{term}_layers')
    return {name: weight for name, weight in layers if weight}


def _divisor(layers: LayerWeights, reduction: str) -> float:
    return float(len(layers)) if reduction == 'mean' else 1.0
