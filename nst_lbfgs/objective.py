"""Loss and gradient of a combination picture, in one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .arrays import PictureArray, Tensor
from .config import LayerWeights, TransferConfig
from .errors import ConfigError, NonFiniteLossError, OutOfMemoryError
from .losses import (
    DISTANCES,
    FEATURE_SCALES,
    GRAM_SCALES,
    STYLE_NORMALISATIONS,
    TOTAL_VARIATIONS,
)
from .network.backpropagation import NetworkPass
from .network.layers import feature_shape, recomputed_layers
from .network.preprocessing import PREPROCESSINGS, Preprocessing
from .search.evaluations import Evaluation, Terms


class Objective:
    """The style-transfer objective over flat coordinates of shape (H * W * 3,).

    The picture of the computation is Keras's example: content, style and combination concatenated
    into one input tensor (3, H, W, 3). With `references='each-evaluation'` it is computed so. With
    'once' the first two rows, which never change, go through the network before the first
    evaluation, and only the combination is evaluated afterwards: the same loss and gradient. Only
    then may the style picture have another size; its Gram matrices count as many locations as the
    combination's.

    `extractor` maps Caffe's coordinates to features by layer name; it is None where only total
    variation has a weight. `content` and `style` are
    (1, H, W, 3) in the coordinates of the configuration's preprocessing.

    Raises NonFiniteLossError from an evaluation whose loss or gradient is not finite, OutOfMemoryError.
    """

    def __init__(
        self, extractor: Any, content: NDArray[np.float32], style: NDArray[np.float32], config: TransferConfig
    ) -> None:
        self.shape: tuple[int, int, int] = content.shape[1:]
        self._config = config.objective
        self._extractor = extractor
        self._preprocessing = PREPROCESSINGS[config.objective.preprocessing]
        self._dtype = tf.float64 if config.computation.precision == 'float64' else tf.float32
        references = tf.constant(content, self._dtype), tf.constant(style, self._dtype)
        if config.computation.references == 'each-evaluation':
            _check_same_size(content, style)
            self._rows, self._targets = tf.concat(references, axis=0), None
        else:
            with _memory_running_out():
                self._rows, self._targets = None, self._reference_targets(*references)
        # Concrete functions, for TensorFlow warns of one that is made anew for every transfer.
        self._evaluate = tf.function(self._loss_and_gradient, autograph=False).get_concrete_function(
            tf.TensorSpec((1, *self.shape), self._dtype)
        )  # autograph has nothing to convert, slowly

    def evaluate(self, x: PictureArray) -> Evaluation:
        """Return terms and gradient at `x`, (n,), rounded to the precision of the evaluation."""
        size = int(np.prod(self.shape))
        if x.shape != (size,):
            raise ConfigError(f'Expected coordinates of shape ({size},). Received: {x.shape}')
        with _memory_running_out():
            terms, gradient = self._evaluate(self._picture(x))
            evaluation = Evaluation(_terms(terms), np.ravel(gradient.numpy()))
        _check_finite(evaluation)
        return evaluation

    def of(
        self, content: NDArray[np.float32], style: NDArray[np.float32], config: TransferConfig
    ) -> Objective:
        """Return the objective of other pictures, with the same network."""
        return Objective(self._extractor, content, style, config)

    def terms(self, x: PictureArray) -> Terms:
        """Return the terms at `x`, (n,), alone."""
        picture = self._picture(x)
        return _terms(tf.function(self._terms, autograph=False).get_concrete_function(picture)(picture))

    def _picture(self, x: PictureArray) -> Tensor:
        return tf.constant(x.astype(self._dtype.as_numpy_dtype).reshape((1, *self.shape)))

    def _loss_and_gradient(self, combination: Tensor) -> tuple[Tensor, Tensor]:
        if self._extractor is None:
            losses = [tf.zeros((), self._dtype)] * 2
            gradient = tf.zeros_like(combination)
        else:
            losses, gradient = self._losses_and_gradient(combination)
        # Its half dozen copies of the picture wait until the network needs no more memory.
        with tf.control_dependencies([gradient]), tf.GradientTape() as tape:
            tape.watch(combination)
            variation = self._total_variation(combination)
        gradient += tape.gradient(variation, combination, unconnected_gradients='zero')
        return tf.stack([*losses, variation]), gradient

    def _losses_and_gradient(self, combination: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return content and style loss, weighted, and the gradient of their sum."""
        with tf.GradientTape() as tape:
            tape.watch(combination)
            values = self._network_input(self._batch(combination))
        network = self._network_pass(values)
        with tf.GradientTape() as loss_tape:
            loss_tape.watch((network.features, network.grams))
            losses = self._losses(network)
            loss = tf.add_n(losses)
        by_features, by_grams = loss_tape.gradient(loss, (network.features, network.grams))
        gradient = tape.gradient(
            values, combination, output_gradients=network.gradient(by_features, by_grams)
        )
        return losses, gradient

    def _terms(self, combination: Tensor) -> Tensor:
        variation = self._total_variation(combination)
        if self._extractor is None:
            return tf.stack([tf.zeros((), self._dtype)] * 2 + [variation])
        network = self._network_pass(self._network_input(self._batch(combination)))
        return tf.stack([*self._losses(network), variation])

    def _batch(self, combination: Tensor) -> Tensor:
        return combination if self._rows is None else tf.concat([self._rows, combination], axis=0)

    def _network_input(self, pictures: Tensor) -> Tensor:
        return network_input(pictures, self._preprocessing, self._extractor.input.dtype)

    def _network_pass(self, values: Tensor) -> NetworkPass:
        return NetworkPass(
            self._extractor.layers[1:],
            values,
            content=self._layers('content'),
            style=self._layers('style'),
            recomputed=recomputed_layers(*self.shape[:2]),
        )

    def _losses(self, network: NetworkPass) -> list[Tensor]:
        """Return the weighted content and style losses of the batch's last picture."""
        features, grams = _at(slice(-1, None), network.features), _at(-1, network.grams)
        if self._targets is None:
            contents, styles = _at(slice(0, 1), network.features), _at(1, network.grams)
        else:
            contents, styles = self._targets
        return [
            self._config.content_weight * self._content_loss(features, contents),
            self._config.style_weight * self._style_loss(grams, styles),
        ]

    def _reference_targets(
        self, content: Tensor, style: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        if self._extractor is None:
            return {}, {}

        @tf.function(autograph=False)
        def content_targets(picture: Tensor) -> dict[str, Tensor]:
            return self._network_pass(self._network_input(picture)).features

        @tf.function(autograph=False)
        def style_targets(picture: Tensor) -> dict[str, Tensor]:
            return _at(0, self._network_pass(self._network_input(picture)).grams)

        return (
            content_targets.get_concrete_function(content)(content),
            style_targets.get_concrete_function(style)(style),
        )

    def _content_loss(self, features: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
        distance = DISTANCES[self._config.content_distance]
        layers = self._layers('content')
        total = tf.zeros((), self._dtype)
        for name, weight in layers.items():
            total += weight * distance(features[name], targets[name])
        # Both distances are quadratic: scaling them spares scaling every feature.
        total *= FEATURE_SCALES[self._config.feature_scale] ** 2
        return total / self._divisor(self._config.content_layers, self._config.content_reduction)

    def _style_loss(self, grams: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
        config = self._config
        distance = DISTANCES[config.style_distance]
        feature_scale = FEATURE_SCALES[config.feature_scale]
        total = tf.zeros((), self._dtype)
        for name, weight in self._layers('style').items():
            shape = feature_shape(name, *self.shape[:2])
            scale = GRAM_SCALES[config.gram](*shape) * feature_scale**2
            total += weight * distance(scale * grams[name], scale * targets[name])
        total *= STYLE_NORMALISATIONS[config.style_normalisation](*self.shape[:2])
        return total / self._divisor(config.style_layers, config.style_reduction)

    def _total_variation(self, combination: Tensor) -> Tensor:
        """Return the weighted total variation."""
        if not self._config.tv_weight:
            return tf.zeros((), self._dtype)
        return self._config.tv_weight * TOTAL_VARIATIONS[self._config.total_variation](combination)

    def _layers(self, term: str) -> dict[str, float]:
        if not getattr(self._config, f'{term}_weight'):
            return {}
        layers: LayerWeights = getattr(self._config, f'{term}_layers')
        return {name: weight for name, weight in layers if weight}

    @staticmethod
    def _divisor(layers: LayerWeights, reduction: str) -> float:
        return float(len(layers)) if reduction == 'mean' else 1.0


def _at(rows: Any, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor[rows] for name, tensor in tensors.items()}


def network_input(pictures: Tensor, preprocessing: Preprocessing, dtype: str) -> Tensor:
    """Return pictures (n, H, W, 3) in a system's coordinates as the network wants them."""
    scale, offset = preprocessing.to_network_input()
    caffe = pictures * tf.constant(scale, pictures.dtype) + tf.constant(offset, pictures.dtype)
    return tf.cast(caffe if preprocessing.bgr else tf.reverse(caffe, axis=[-1]), dtype)


def _terms(values: Tensor) -> Terms:
    return Terms(*values.numpy().astype(np.float64).tolist())


@contextmanager
def _memory_running_out() -> Iterator[None]:
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise OutOfMemoryError('The memory has run out in an evaluation.') from error


def _check_finite(evaluation: Evaluation) -> None:
    if not np.isfinite(evaluation.terms.loss):
        raise NonFiniteLossError(f'The loss is {evaluation.terms.loss}')
    if not np.isfinite(evaluation.gradient).all():
        raise NonFiniteLossError('The gradient is not finite')


def _check_same_size(content: NDArray[np.float32], style: NDArray[np.float32]) -> None:
    if content.shape != style.shape:
        raise ConfigError(
            f"Expected a style picture of the content's size, {content.shape[1:3]}, for "
            f"references='each-evaluation'. Received: {style.shape[1:3]}"
        )
