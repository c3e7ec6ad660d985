"""Some of the network's layers, forwards and back, for features that do not fit into memory whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from ..arrays import FeatureArray, Tensor
from ..losses import Guide
from .backpropagation import NetworkPass
from .bands import Band, Rows, bands_of
from .compiling import compiled

GuideWeights = Mapping[str, Sequence[Tensor]]
"""By layer, where each Gram matrix looks in the whole picture: weights, (h * w, 1). Empty: at all of it."""


@dataclass(frozen=True)
class _Part:
    """A band, the whole features' heights, the band's weights, and its Gram matrices' shares, (n, 1, 1)."""

    band: Band
    heights: Mapping[str, int]
    own: dict[str, Tensor]
    guides: dict[str, list[Tensor]]
    shares: dict[str, Tensor]


class BandedStage:
    """The features of `content` layers and the Gram matrices of `style` layers, band by band.

    `layers` are Keras's, a run of VGG19's. Their input are arrays, (1, h, w, c), of any height, of which a
    band of about `rows` rows is a tensor at a time, and goes through `entry` first. A Gram matrix is a mean
    over locations: the whole picture's is the sum of the bands', each by its share of the locations. Nothing
    is kept for the way back: a band is computed anew there.
    """

    def __init__(
        self,
        layers: Sequence[Any],
        rows: int,
        *,
        content: Collection[str],
        style: Collection[str],
        entry: Callable[[Tensor], Tensor],
    ) -> None:
        self.layers = tuple(layer.name for layer in layers)
        self._keras_layers = layers
        self._rows = rows
        self._content = [name for name in self.layers if name in content]
        self._style = [name for name in self.layers if name in style]
        self._entry = entry
        self._functions: dict[tuple[str, int], Callable[..., Any]] = {}

    def forwards(
        self, values: FeatureArray, guides: GuideWeights
    ) -> tuple[dict[str, FeatureArray], dict[str, Tensor]]:
        """Return the features, (1, h, w, c), and the Gram matrices, (n, c, c), by layer, of `values`."""
        features: dict[str, FeatureArray] = {}
        grams: dict[str, Tensor] = {}
        for part in self._parts(values, guides):
            of_band = self._compiled(self._forwards, self._of_input(values, part), part.own, part.guides)
            for name, feature in of_band[0].items():
                if name not in features:
                    features[name] = _empty(feature, part.heights[name])
                features[name][:, slice(*part.band.counted[name])] = feature.numpy()
            for name, gram in of_band[1].items():
                weighted = part.shares[name] * gram
                grams[name] = grams[name] + weighted if name in grams else weighted
        return features, grams

    def backwards(
        self,
        values: FeatureArray,
        guides: GuideWeights,
        by_features: Mapping[str, FeatureArray],
        by_grams: Mapping[str, Tensor],
    ) -> FeatureArray:
        """Return the gradient for `values` from those for features and Gram matrices, some or all of them."""
        gradient = np.zeros_like(values)
        for part in self._parts(values, guides):
            upstream = {
                name: tf.constant(by_features[name][:, slice(*part.band.counted[name])])
                for name in self._content
                if name in by_features
            }
            for_grams = {name: part.shares[name] * by_grams[name] for name in self._style if name in by_grams}
            of_band = self._compiled(
                self._backwards, self._of_input(values, part), part.own, part.guides, upstream, for_grams
            )
            gradient[:, slice(*part.band.inputs)] += of_band.numpy()
        return gradient

    def _forwards(
        self, values: Tensor, own: dict[str, Tensor], guides: dict[str, list[Tensor]]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        network = self._network_pass(self._entry(values), own, guides)
        return network.features, network.grams

    def _backwards(
        self,
        values: Tensor,
        own: dict[str, Tensor],
        guides: dict[str, list[Tensor]],
        by_features: dict[str, Tensor],
        by_grams: dict[str, Tensor],
    ) -> Tensor:
        with tf.GradientTape() as tape:
            tape.watch(values)
            entered = self._entry(values)
        network = self._network_pass(entered, own, guides)
        return tape.gradient(entered, values, output_gradients=network.gradient(by_features, by_grams))

    def _network_pass(
        self, values: Tensor, own: dict[str, Tensor], guides: dict[str, list[Tensor]]
    ) -> NetworkPass:
        places = {name: [Guide(0, each) for each in weights] for name, weights in guides.items()}
        return NetworkPass(
            self._keras_layers,
            values,
            content=self._content,
            style=self._style,
            guides=places or None,
            rows=own,
            recomputed=0,
        )

    def _compiled(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function of this stage makes of its arguments, of bands of any height."""
        key = function.__name__, arguments[0].shape[2]
        if key not in self._functions:
            specifications = tf.nest.map_structure(_of_any_height, arguments)
            self._functions[key] = compiled(function, *specifications)
        return self._functions[key](*arguments)

    def _of_input(self, values: FeatureArray, part: _Part) -> Tensor:
        return tf.constant(values[:, slice(*part.band.inputs)])

    def _parts(self, values: FeatureArray, guides: GuideWeights) -> list[_Part]:
        bands = bands_of(self.layers, values.shape[1], self._rows)
        heights = {name: rows.stop for name, rows in bands[-1].counted.items()}
        return [self._part(band, heights, guides) for band in bands]

    def _part(self, band: Band, heights: Mapping[str, int], guides: GuideWeights) -> _Part:
        own = {name: tf.constant(rows, tf.int32) for name, rows in band.own.items()}
        weights: dict[str, list[Tensor]] = {}
        shares: dict[str, Tensor] = {}
        for name in self._style:
            if guides:
                weights[name], shares[name] = _guides_of(guides[name], band.counted[name], heights[name])
            else:
                shares[name] = band.counted[name].height / heights[name]
        return _Part(band, heights, own, weights, shares)


def _guides_of(guides: Sequence[Tensor], rows: Rows, height: int) -> tuple[list[Tensor], Tensor]:
    """Return the weights in a band, and their shares of all, (n, 1, 1).

    Where a band has nothing of a region, its Gram matrix there is of any places, and its share 0.
    """
    parts, shares = [], []
    for weights in guides:
        part = tf.reshape(tf.reshape(weights, (height, -1))[slice(*rows)], (-1, 1))
        share = tf.reduce_sum(part) / tf.reduce_sum(weights)
        parts.append(part if share > 0 else tf.ones_like(part))
        shares.append(share)
    return parts, tf.reshape(tf.stack(shares), (-1, 1, 1))


def _empty(feature: Tensor, height: int) -> FeatureArray:
    """Return an array for the features, so high, of which a band has a part."""
    return np.empty((1, height, *feature.shape[2:]), feature.dtype.as_numpy_dtype)


def _of_any_height(tensor: Tensor) -> tf.TensorSpec:
    shape = list(tensor.shape)
    if len(shape) == 4:
        shape[1] = None
    elif len(shape) == 2:
        shape[0] = None
    return tf.TensorSpec(shape, tensor.dtype)
