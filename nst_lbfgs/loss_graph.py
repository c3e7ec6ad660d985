"""The loss of a combination picture and its gradient, as functions of tensors that TensorFlow compiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import tensorflow as tf

from .arrays import Tensor
from .config import TransferConfig
from .guidance.feature_losses import FeatureLosses, layers_of
from .losses import TOTAL_VARIATIONS, Guide
from .network.backpropagation import Guides, NetworkPass
from .network.layers import recomputed_layers
from .network.preprocessing import PREPROCESSINGS, Preprocessing

Losses = tuple[float, float, float]
"""Content and style loss and total variation, weighted."""


class Targets(NamedTuple):
    """What a combination picture is compared with, and where: arguments of what is compiled.

    Either `rows` has the content and style pictures, (n, H, W, 3), that go through the network with every
    combination, or there are the content's `features`, (1, h, w, c), and each region's Gram matrices,
    (regions, c, c), by layer. `content_weights`, (1, h, w, 1) by layer, are those of `FeatureLosses`;
    `guides` are the weights, (h * w, 1), of the layout's guides, by layer.
    """

    rows: tuple[Tensor, ...]
    features: dict[str, Tensor]
    grams: dict[str, Tensor]
    content_weights: dict[str, Tensor]
    guides: dict[str, list[Tensor]]


@dataclass(frozen=True)
class Layout:
    """What is compiled in, beside the configuration: another layout is another function.

    `shape` is the combination's, (H, W, 3); `areas` are the parts of it, 0 to 1, that regions are.
    `guide_rows` are the pictures of the batch that Gram matrices look at by weights, or None if each picture
    has one, of all of it. `mixing` has each region's shares of the sources, where these are in the batch.
    """

    shape: tuple[int, int, int]
    areas: tuple[float, ...]
    guide_rows: tuple[int, ...] | None
    mixing: tuple[tuple[float, ...], ...] | None
    content_weighted: bool


class LossGraph:
    """The weighted losses of combination pictures (1, H, W, 3) of one layout, and the network on the way.

    `extractor` is as for `Objective`. `dtype` is that of pictures, losses and gradients. The network are its
    layers, or `layers`, the last ones of them, with so many `recomputed`; only theirs have a weight then.
    """

    def __init__(
        self,
        extractor: Any,
        config: TransferConfig,
        layout: Layout,
        *,
        layers: Sequence[Any] | None = None,
        recomputed: int | None = None,
    ) -> None:
        self.dtype = tf.float64 if config.computation.precision == 'float64' else tf.float32
        self._extractor = extractor
        self._config = config.objective
        self._layout = layout
        whole = extractor.layers[1:] if extractor else []
        self._layers = whole if layers is None else layers
        self._recomputed = recomputed_layers(*layout.shape[:2]) if recomputed is None else recomputed
        self._preprocessing = PREPROCESSINGS[config.objective.preprocessing]

    def loss_and_gradient(self, combination: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
        """Return the weighted content, style and total variation loss, (3,), and their sum's gradient."""
        if self._extractor is None:
            losses = [tf.zeros((), self.dtype)] * 2
            gradient = tf.zeros_like(combination)
        else:
            losses, gradient = self._network_losses_and_gradient(combination, targets)
        # Its half dozen copies of the picture wait until the network needs no more memory.
        with tf.control_dependencies([gradient]), tf.GradientTape() as tape:
            tape.watch(combination)
            variation = self._total_variation(combination)
        gradient += tape.gradient(variation, combination, unconnected_gradients='zero')
        return tf.stack([*losses, variation]), gradient

    def terms(self, combination: Tensor, targets: Targets) -> Tensor:
        """Return the weighted content loss, style loss and total variation, (3,)."""
        variation = self._total_variation(combination)
        if self._extractor is None:
            return tf.stack([tf.zeros((), self.dtype)] * 2 + [variation])
        values = self._network_input(_batch(combination, targets))
        return tf.stack([*self.losses(values, targets), variation])

    def losses(self, values: Tensor, targets: Targets) -> list[Tensor]:
        """Return content and style loss, weighted, of the network's input `values`, (n, h, w, c)."""
        network = self._combination_pass(values, targets)
        return self._weighted_losses(network.features, network.grams, targets)

    def losses_and_gradient(self, values: Tensor, targets: Targets) -> tuple[list[Tensor], Tensor]:
        """Return `losses`, and their sum's gradient for `values`."""
        network = self._combination_pass(values, targets)
        losses, by_features, by_grams = self.losses_of(network.features, network.grams, targets)
        return losses, network.gradient(by_features, by_grams)

    def losses_of(
        self, features: dict[str, Tensor], grams: dict[str, Tensor], targets: Targets
    ) -> tuple[list[Tensor], dict[str, Tensor], dict[str, Tensor]]:
        """Return content and style loss, weighted, and their sum's gradients for features and grams.

        These are as `NetworkPass` has them.
        """
        with tf.GradientTape() as tape:
            tape.watch((features, grams))
            losses = self._weighted_losses(features, grams, targets)
            loss = tf.add_n(losses)
        by_features, by_grams = tape.gradient(loss, (features, grams))
        return losses, by_features, by_grams

    def features(self, picture: Tensor) -> dict[str, Tensor]:
        """Return the features of the content layers, (1, h, w, c), of a picture, (1, H, W, 3)."""
        return self._network_pass(self._network_input(picture), None).features

    def grams(self, picture: Tensor, guides: dict[str, list[Tensor]]) -> dict[str, Tensor]:
        """Return the Gram matrices of the style layers, (n, c, c), of a picture of any size.

        There is one for each guide, whose weights are in `guides`; or one of all of it.
        """
        places = {name: [Guide(0, each) for each in weights] for name, weights in guides.items()}
        return self._network_pass(self._network_input(picture), places or None).grams

    def _network_losses_and_gradient(
        self, combination: Tensor, targets: Targets
    ) -> tuple[list[Tensor], Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(combination)
            values = self._network_input(_batch(combination, targets))
        losses, by_values = self.losses_and_gradient(values, targets)
        return losses, tape.gradient(values, combination, output_gradients=by_values)

    def _network_input(self, pictures: Tensor) -> Tensor:
        return network_input(pictures, self._preprocessing, self._extractor.input.dtype)

    def _combination_pass(self, values: Tensor, targets: Targets) -> NetworkPass:
        rows = self._layout.guide_rows
        if rows is None:
            return self._network_pass(values, None)
        guides = {
            name: [Guide(row, each) for row, each in zip(rows, weights, strict=True)]
            for name, weights in targets.guides.items()
        }
        return self._network_pass(values, guides)

    def _network_pass(self, values: Tensor, guides: Guides | None) -> NetworkPass:
        return NetworkPass(
            self._layers,
            values,
            content=layers_of(self._config, 'content'),
            style=layers_of(self._config, 'style'),
            guides=guides,
            recomputed=self._recomputed,
        )

    def _weighted_losses(
        self, features: dict[str, Tensor], grams: dict[str, Tensor], targets: Targets
    ) -> list[Tensor]:
        """Return the weighted content and style losses of the batch's last picture."""
        regions = len(self._layout.areas)
        contents, styles = targets.features, targets.grams
        if targets.rows:
            contents, styles = self._targets_in_batch(features, grams)
        losses = FeatureLosses(
            self._config,
            self._layout.shape[:2],
            self.dtype,
            shares=self._layout.areas,
            content_weights=targets.content_weights,
        )
        content = losses.content(_at(slice(-1, None), features), contents)
        return [content, losses.style(_at(slice(-regions, None), grams), styles)]

    def _targets_in_batch(
        self, features: dict[str, Tensor], grams: dict[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        first = 1 if self._layout.guide_rows is None else 0  # the content has one, too
        sources = _at(slice(first, -len(self._layout.areas)), grams)
        mixing = tf.constant(self._layout.mixing, self.dtype)
        return _at(slice(0, 1), features), mixed(mixing, sources)

    def _total_variation(self, combination: Tensor) -> Tensor:
        """Return the weighted total variation."""
        if not self._config.tv_weight:
            return tf.zeros((), self.dtype)
        return self._config.tv_weight * TOTAL_VARIATIONS[self._config.total_variation](combination)


def mixed(mixing: Tensor, grams: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return each region's target, (regions, c, c), from the Gram matrices of all sources.

    `mixing`, (regions, sources), has the sources' shares.
    """
    return {name: tf.tensordot(mixing, matrices, 1) for name, matrices in grams.items()}


def network_input(pictures: Tensor, preprocessing: Preprocessing, dtype: str) -> Tensor:
    """Return pictures (n, H, W, 3) in a system's coordinates as the network wants them."""
    scale, offset = preprocessing.to_network_input()
    caffe = pictures * tf.constant(scale, pictures.dtype) + tf.constant(offset, pictures.dtype)
    return tf.cast(caffe if preprocessing.bgr else tf.reverse(caffe, axis=[-1]), dtype)


def _batch(combination: Tensor, targets: Targets) -> Tensor:
    return tf.concat([*targets.rows, combination], axis=0) if targets.rows else combination


def _at(rows: Any, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor[rows] for name, tensor in tensors.items()}
