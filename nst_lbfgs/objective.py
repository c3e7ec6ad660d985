"""Loss and gradient of a combination picture, in one evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .arrays import PictureArray, Tensor
from .config import TransferConfig
from .errors import ConfigError, NonFiniteLossError, OutOfMemoryError
from .guidance.feature_losses import FeatureLosses, layers_of
from .guidance.keeping import Kept
from .guidance.layer_guides import Place, layer_guides, location_weights
from .guidance.references import References
from .losses import TOTAL_VARIATIONS
from .network.backpropagation import Guides, NetworkPass
from .network.layers import recomputed_layers
from .network.preprocessing import PREPROCESSINGS, Preprocessing
from .search.evaluations import Evaluation, Terms


class Objective:
    """The style-transfer objective over flat coordinates of shape (H * W * 3,).

    The picture of the computation is Keras's example: content, style and combination concatenated
    into one input tensor (3, H, W, 3), or more if there are several styles. With
    `references='each-evaluation'` it is computed so. With 'once' the first rows, which never change, go
    through the network before the first evaluation, and only the combination is evaluated afterwards: the
    same loss and gradient. Only then may style pictures have other sizes; their Gram matrices count as many
    locations as the combination's.

    The target of a region of the result is the weighted mean of its styles' Gram matrices G_k, with weights
    a_k that sum to 1. The gradient is that of the weighted sum of their losses: with the squared distance
    (or its mean)

        sum_k a_k |G - G_k|^2 = |G - sum_k a_k G_k|^2 + sum_k a_k |G_k|^2 - |sum_k a_k G_k|^2

    whose last two terms do not depend on the combination; they are left out.

    `extractor` maps Caffe's coordinates to features by layer name; it is None where only total
    variation has a weight.

    Raises NonFiniteLossError from an evaluation whose loss or gradient is not finite, OutOfMemoryError.
    """

    def __init__(self, extractor: Any, references: References, config: TransferConfig) -> None:
        self.shape: tuple[int, int, int] = references.content.shape[1:]
        self._config = config.objective
        self._extractor = extractor
        self._preprocessing = PREPROCESSINGS[config.objective.preprocessing]
        self._dtype = tf.float64 if config.computation.precision == 'float64' else tf.float32
        self._kept = None if references.keep is None else Kept(references.content, references.keep)
        self._mixing = tf.constant([region.shares for region in references.regions], self._dtype)
        self._losses = self._feature_losses(references)
        self._guides = self._layer_guides(_places(references, config), self.shape)
        if config.computation.references == 'each-evaluation':
            rows = np.concatenate([references.content, *references.pictures])
            self._rows, self._targets = tf.constant(rows, self._dtype), None
        else:
            with _memory_running_out():
                self._rows, self._targets = None, self._reference_targets(references)
        # Concrete functions, for TensorFlow warns of one that is made anew for every transfer.
        self._evaluate = tf.function(self._loss_and_gradient, autograph=False).get_concrete_function(
            tf.TensorSpec((1, *self.shape), self._dtype)
        )  # autograph has nothing to convert, slowly

    def picture(self, x: PictureArray) -> PictureArray:
        """Return the picture, (n,), that the coordinates `x`, (n,), stand for: with what is kept."""
        return x if self._kept is None else self._kept.picture(x)

    def evaluate(self, x: PictureArray) -> Evaluation:
        """Return the terms of the picture at `x`, (n,), and their gradient for `x`.

        Both are rounded to the precision of the evaluation.
        """
        size = int(np.prod(self.shape))
        if x.shape != (size,):
            raise ConfigError(f'Expected coordinates of shape ({size},). Received: {x.shape}')
        with _memory_running_out():
            terms, gradient = self._evaluate(self._tensor(self.picture(x)))
            evaluation = Evaluation(_terms(terms), self._for_x(np.ravel(gradient.numpy())))
        _check_finite(evaluation)
        return evaluation

    def of(self, references: References, config: TransferConfig) -> Objective:
        """Return the objective of other references, with the same network."""
        return Objective(self._extractor, references, config)

    def terms(self, picture: PictureArray) -> Terms:
        """Return the terms of a picture, (n,), as `picture` returned it, alone."""
        tensor = self._tensor(picture)
        return _terms(tf.function(self._terms, autograph=False).get_concrete_function(tensor)(tensor))

    def _for_x(self, gradient: PictureArray) -> PictureArray:
        return gradient if self._kept is None else self._kept.gradient(gradient)

    def _tensor(self, x: PictureArray) -> Tensor:
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
        network = self._network_pass(values, self._guides)
        with tf.GradientTape() as loss_tape:
            loss_tape.watch((network.features, network.grams))
            losses = self._weighted_losses(network)
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
        network = self._network_pass(self._network_input(self._batch(combination)), self._guides)
        return tf.stack([*self._weighted_losses(network), variation])

    def _batch(self, combination: Tensor) -> Tensor:
        return combination if self._rows is None else tf.concat([self._rows, combination], axis=0)

    def _network_input(self, pictures: Tensor) -> Tensor:
        return network_input(pictures, self._preprocessing, self._extractor.input.dtype)

    def _network_pass(self, values: Tensor, guides: Guides | None) -> NetworkPass:
        return NetworkPass(
            self._extractor.layers[1:],
            values,
            content=layers_of(self._config, 'content'),
            style=layers_of(self._config, 'style'),
            guides=guides,
            recomputed=recomputed_layers(*self.shape[:2]),
        )

    def _weighted_losses(self, network: NetworkPass) -> list[Tensor]:
        """Return the weighted content and style losses of the batch's last picture."""
        regions = self._mixing.shape[0]
        features, grams = _at(slice(-1, None), network.features), _at(slice(-regions, None), network.grams)
        if self._targets is None:
            first = 1 if self._guides is None else 0  # without guides the content has Gram matrices, too
            contents = _at(slice(0, 1), network.features)
            styles = self._mixed(_at(slice(first, -regions), network.grams))
        else:
            contents, styles = self._targets
        return [self._losses.content(features, contents), self._losses.style(grams, styles)]

    def _feature_losses(self, references: References) -> FeatureLosses:
        layers = layers_of(self._config, 'content')
        return FeatureLosses(
            self._config,
            self.shape[:2],
            self._dtype,
            shares=[region.area for region in references.regions],
            content_weights=location_weights(references.content_mask, layers, self._dtype),
        )

    def _layer_guides(self, places: Sequence[Place], shape: tuple[int, ...]) -> Guides | None:
        """Return the guides of a batch of pictures of `shape`, (H, W, 3)."""
        layers = layers_of(self._config, 'style')
        return layer_guides(places, layers, (shape[0], shape[1]), self._dtype)

    def _reference_targets(self, references: References) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the content's features and each region's target, (regions, c, c), by layer."""
        if self._extractor is None:
            return {}, {}
        features = self._computed(references.content, None, lambda network: network.features)
        grams = []
        for index, picture in enumerate(references.pictures):
            places = [(0, source.mask) for source in references.sources if source.picture == index]
            guides = self._layer_guides(places, picture.shape[1:])
            grams.append(self._computed(picture, guides, lambda network: network.grams))
        return features, self._mixed(
            {name: tf.concat([each[name] for each in grams], 0) for name in grams[0]}
        )

    def _computed(
        self,
        picture: NDArray[np.float32],
        guides: Guides | None,
        what: Callable[[NetworkPass], dict[str, Tensor]],
    ) -> dict[str, Tensor]:
        """Return one thing of a picture's way through the network, of which nothing else is kept."""
        values = tf.constant(picture, self._dtype)

        def computed(values: Tensor) -> dict[str, Tensor]:
            return what(self._network_pass(self._network_input(values), guides))

        tensors: dict[str, Tensor] = tf.function(computed, autograph=False).get_concrete_function(values)(
            values
        )
        return tensors

    def _mixed(self, grams: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return each region's target, (regions, c, c), from the Gram matrices of all sources."""
        return {name: tf.tensordot(self._mixing, matrices, 1) for name, matrices in grams.items()}

    def _total_variation(self, combination: Tensor) -> Tensor:
        """Return the weighted total variation."""
        if not self._config.tv_weight:
            return tf.zeros((), self._dtype)
        return self._config.tv_weight * TOTAL_VARIATIONS[self._config.total_variation](combination)


def _places(references: References, config: TransferConfig) -> list[Place]:
    """Return where the Gram matrices of an evaluation look: in the batch, sources come before regions."""
    if config.computation.references == 'once':
        return [(0, region.mask) for region in references.regions]
    last = 1 + len(references.pictures)
    return [(1 + source.picture, source.mask) for source in references.sources] + [
        (last, region.mask) for region in references.regions
    ]


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
