"""The network forwards and back, layer by layer, with as little kept as the gradient allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import tensorflow as tf

from ..arrays import Tensor
from ..losses import (
    Guide,
    guided_gram_gradient,
    guided_gram_matrices,
    mean_gram_gradient,
    mean_gram_matrices,
)

Guides = Mapping[str, Sequence[Guide]]
"""By layer, where each of its Gram matrices looks."""


@dataclass(frozen=True)
class Step:
    """A layer that was computed, and the tape that knows its derivative."""

    layer: str
    inputs: Tensor
    outputs: Tensor
    tape: tf.GradientTape


class NetworkPass:
    """The features of `content` layers and the Gram matrices of `style` layers, and their gradient.

    `layers` are Keras's, in order; `values` are the first one's input, (n, H, W, 3). `features` are
    (n, h, w, c), by name. `grams` are the mean Gram matrices of the n pictures, (n, c, c), or with
    `guides` one for each guide.

    Left to one tape TensorFlow computes the Gram matrices' gradients, each as large as the features, as
    soon as the losses are there, and keeps them all until the deeper layers' have come back. Here each
    waits for that one. Of the first `recomputed` layers nothing is kept: they are computed again when the
    gradient gets there. (Custom gradients would do both, too, but within a `tf.function` TensorFlow
    registers them for the life of the process, and with them all that they know, weights included.)
    """

    def __init__(
        self,
        layers: Sequence[Any],
        values: Tensor,
        *,
        content: Collection[str],
        style: Collection[str],
        guides: Guides | None = None,
        recomputed: int,
    ) -> None:
        self.features: dict[str, Tensor] = {}
        self.grams: dict[str, Tensor] = {}
        self._guides = guides
        self._values = values
        self._first = layers[:recomputed]
        steps = _forwards(layers, values)
        for step in steps:
            if step.layer in content:
                self.features[step.layer] = step.outputs
            if step.layer in style:
                self.grams[step.layer] = _gram_matrices(step, guides)
        self._rest = steps[recomputed:]

    def gradient(self, by_features: Mapping[str, Tensor], by_grams: Mapping[str, Tensor]) -> Tensor:
        """Return the gradient for `values` from those for `features` and `grams`, some or all of them."""
        gradient = self._backwards(self._rest, None, by_features, by_grams)
        with tf.control_dependencies([] if gradient is None else [gradient]):
            first = _forwards(self._first, self._values)
        gradient = self._backwards(first, gradient, by_features, by_grams)
        return tf.zeros_like(self._values) if gradient is None else gradient

    def _backwards(
        self,
        steps: Sequence[Step],
        gradient: Tensor | None,
        by_features: Mapping[str, Tensor],
        by_grams: Mapping[str, Tensor],
    ) -> Tensor | None:
        """Return the gradient for the first step's inputs from `gradient` for the last one's outputs."""
        for step in reversed(steps):
            if step.layer in by_features:
                gradient = _sum(gradient, by_features[step.layer])
            if step.layer in by_grams:
                for part in _gram_gradients(step, self._guides, by_grams[step.layer]):
                    with tf.control_dependencies([] if gradient is None else [gradient]):
                        by_gram = part()
                    gradient = _sum(gradient, by_gram)
            if gradient is not None:
                gradient = step.tape.gradient(step.outputs, step.inputs, output_gradients=gradient)
        return gradient


def _forwards(layers: Sequence[Any], values: Tensor) -> list[Step]:
    steps = []
    for layer in layers:
        with tf.GradientTape() as tape:
            tape.watch(values)
            outputs = layer(values)
        steps.append(Step(layer.name, values, outputs, tape))
        values = outputs
    return steps


def _gram_matrices(step: Step, guides: Guides | None) -> Tensor:
    if guides is None:
        return mean_gram_matrices(step.outputs)
    return guided_gram_matrices(step.outputs, guides[step.layer])


def _gram_gradients(step: Step, guides: Guides | None, upstream: Tensor) -> list[Callable[[], Tensor]]:
    """Return, to be computed, the parts of the gradient for a step's outputs from its Gram matrices."""
    if guides is None:
        return [partial(mean_gram_gradient, step.outputs, upstream)]
    return [
        partial(guided_gram_gradient, step.outputs, guide, upstream[index])
        for index, guide in enumerate(guides[step.layer])
    ]


def _sum(gradient: Tensor | None, more: Tensor) -> Tensor:
    return more if gradient is None else gradient + more
