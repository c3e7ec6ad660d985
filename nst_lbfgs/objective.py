"""Loss and gradient of a combination picture, in one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .config import LayerWeights, TransferConfig
from .errors import ConfigError, NonFiniteLossError
from .losses import (
    DISTANCES,
    FEATURE_SCALES,
    GRAM_SCALES,
    STYLE_SCALES,
    TOTAL_VARIATIONS,
    with_mean_gram_matrices,
)
from .network_layers import feature_shape, forgotten_layers
from .preprocessing import PREPROCESSINGS, Preprocessing

FloatArray = NDArray[np.float64]
PictureArray = NDArray[np.floating[Any]]
Tensor = Any  # TensorFlow ships no types


@dataclass(frozen=True)
class Terms:
    """The three weighted terms of the objective at `x`, (n,), as it was evaluated."""

    x: PictureArray
    content_loss: float
    style_loss: float
    total_variation_loss: float

    @property
    def loss(self) -> float:
        """The sum of the three terms."""
        return self.content_loss + self.style_loss + self.total_variation_loss


@dataclass(frozen=True)
class Evaluation:
    """The terms, and the gradient of their sum, (n,), in the precision of the evaluation."""

    terms: Terms
    gradient: PictureArray


class Objective:
    """The style-transfer objective over flat float64 coordinates of shape (H * W * 3,).

    The picture of the computation is Keras's example: content, style and combination concatenated
    into one input tensor (3, H, W, 3). With `references='each-evaluation'` it is computed so. With
    'once' the first two rows, which never change, go through the network before the first
    evaluation, and only the combination is evaluated afterwards: the same loss and gradient. Only
    then may the style picture have another size; its Gram matrices count as many locations as the
    combination's.

    `extractor` maps Caffe's coordinates to features by layer name; it is None where only total
    variation has a weight. `content` and `style` are
    (1, H, W, 3) in the coordinates of the configuration's preprocessing.

    Raises NonFiniteLossError from an evaluation whose loss or gradient is not finite.
    """

    def __init__(self, extractor: Any, content: NDArray[np.float32], style: NDArray[np.float32],
                 config: TransferConfig) -> None:
        self.shape: tuple[int, int, int] = content.shape[1:]
        self.evaluations = 0
        self._config = config
        self._extractor = extractor
        self._preprocessing = PREPROCESSINGS[config.preprocessing]
        self._dtype = tf.float64 if config.precision == 'float64' else tf.float32
        references = tf.constant(content, self._dtype), tf.constant(style, self._dtype)
        if config.references == 'each-evaluation':
            _check_same_size(content, style)
            self._rows, self._targets = tf.concat(references, axis=0), None
        else:
            self._rows, self._targets = None, self._reference_targets(*references)
        self._evaluate = tf.function(
            self._loss_and_gradient, autograph=False,  # there is nothing to convert, and it takes a second
            input_signature=[tf.TensorSpec((1, *self.shape), self._dtype)],
        )

    def __call__(self, x: FloatArray) -> tuple[float, FloatArray]:
        """Return loss and gradient at `x`, as scipy wants them: a float and float64, (H * W * 3,)."""
        evaluation = self.evaluate(x)
        return evaluation.terms.loss, evaluation.gradient.astype(np.float64)

    def evaluate(self, x: PictureArray) -> Evaluation:
        """Evaluate at `x`, (n,), rounded to the precision of the evaluation, and count it."""
        size = int(np.prod(self.shape))
        if x.shape != (size,):
            raise ConfigError(f'Expected coordinates of shape ({size},). Received: {x.shape}')
        rounded = x.astype(self._dtype.as_numpy_dtype)
        terms, gradient = self._evaluate(tf.constant(rounded.reshape((1, *self.shape))))
        self.evaluations += 1
        evaluation = Evaluation(Terms(rounded, *terms.numpy().astype(np.float64).tolist()),
                                np.ravel(gradient.numpy()))
        _check_finite(evaluation, self.evaluations)
        return evaluation

    def of(self, content: NDArray[np.float32], style: NDArray[np.float32],
           config: TransferConfig) -> Objective:
        """Return the objective of other pictures, with the same network."""
        return Objective(self._extractor, content, style, config)

    def terms(self, x: PictureArray) -> Terms:
        """Return the terms at `x`, (n,), alone, without counting it as an evaluation."""
        rounded = x.astype(self._dtype.as_numpy_dtype)
        terms = tf.function(lambda picture: tf.stack(self._terms(picture)), autograph=False)(
            tf.constant(rounded.reshape((1, *self.shape))))
        return Terms(rounded, *terms.numpy().astype(np.float64).tolist())

    def _loss_and_gradient(self, combination: Tensor) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(combination)
            terms = self._terms(combination)
            loss = tf.add_n(terms)
        return tf.stack(terms), tape.gradient(loss, combination)

    def _terms(self, combination: Tensor) -> list[Tensor]:
        if self._targets is None:
            rows, row_grams = self._features(tf.concat([self._rows, combination], axis=0))
            features, grams = _at(slice(2, 3), rows), _at(2, row_grams)
            contents, styles = _at(slice(0, 1), rows), _at(1, row_grams)
        else:
            features, row_grams = self._features(combination)
            grams = _at(0, row_grams)
            contents, styles = self._targets
        config = self._config
        return [
            config.content_weight * self._content_loss(features, contents),
            config.style_weight * self._style_loss(grams, styles),
            config.tv_weight * self._total_variation_loss(combination),
        ]

    def _reference_targets(self, content: Tensor,
                           style: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        @tf.function(autograph=False)
        def content_targets(picture: Tensor) -> dict[str, Tensor]:
            return self._features(picture)[0]

        @tf.function(autograph=False)
        def style_targets(picture: Tensor) -> dict[str, Tensor]:
            return _at(0, self._features(picture)[1])

        # Each is called once. A concrete function does not warn of retracing, as the function would
        # that is made anew for every transfer.
        return (content_targets.get_concrete_function(content)(content),
                style_targets.get_concrete_function(style)(style))

    def _features(self, pictures: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the content layers' features and the style layers' mean Gram matrices."""
        if self._extractor is None:
            return {}, {}
        layers = self._extractor.layers[1:]
        count = forgotten_layers(*self.shape[:2])
        first, rest = self._through(layers[:count]), self._through(layers[count:])
        values = network_input(pictures, self._preprocessing, self._extractor.input.dtype)
        values, first_features, first_grams = tf.recompute_grad(first)(values)
        _, features, grams = rest(values)
        return first_features | features, first_grams | grams

    def _through(self, layers: Sequence[Any]) -> Callable[[Tensor], Any]:
        """Return a function of the first layer's input: what comes out, features and Gram matrices."""
        def function(values: Tensor) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
            features, grams = {}, {}
            for layer in layers:
                values = layer(values)
                if layer.name in self._layers('style'):
                    values, grams[layer.name] = with_mean_gram_matrices(values)
                if layer.name in self._layers('content'):
                    features[layer.name] = values
            return values, features, grams

        return function

    def _content_loss(self, features: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
        distance = DISTANCES[self._config.content_distance]
        layers = self._layers('content')
        total = tf.zeros((), self._dtype)
        for name, weight in layers.items():
            total += weight * distance(features[name], targets[name])
        # Both distances are quadratic: scaling them spares scaling every feature.
        total *= FEATURE_SCALES[self._config.feature_scale]**2
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
        total *= STYLE_SCALES[config.style_scale](*self.shape[:2])
        return total / self._divisor(config.style_layers, config.style_reduction)

    def _total_variation_loss(self, combination: Tensor) -> Tensor:
        if not self._config.tv_weight:
            return tf.zeros((), self._dtype)
        return TOTAL_VARIATIONS[self._config.total_variation](combination)

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


def _check_finite(evaluation: Evaluation, count: int) -> None:
    if not np.isfinite(evaluation.terms.loss):
        raise NonFiniteLossError(f'The loss is {evaluation.terms.loss} at evaluation {count}.')
    if not np.isfinite(evaluation.gradient).all():
        raise NonFiniteLossError(f'The gradient is not finite at evaluation {count}.')


def _check_same_size(content: NDArray[np.float32], style: NDArray[np.float32]) -> None:
    if content.shape != style.shape:
        raise ConfigError(f"Expected a style picture of the content's size, {content.shape[1:3]}, for "
                          f"references='each-evaluation'. Received: {style.shape[1:3]}")
