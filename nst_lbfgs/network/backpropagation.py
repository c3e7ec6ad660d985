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


OwnRows = Mapping[str, Tensor]
"""By layer, from which row to before which row, (2,), features count."""


@dataclass(frozen=True)
class Step:
    """A layer that was computed, and the tape that knows its derivative.

    Of its outputs only `rows` count; None are all.
    """

    layer: str
    inputs: Tensor
    outputs: Tensor
    tape: tf.GradientTape
    rows: Tensor | None

    @property
    def counted(self) -> Tensor:
        """The outputs that count."""
        return self.outputs if self.rows is None else self.outputs[:, self.rows[0] : self.rows[1]]

    def among_outputs(self, gradient: Tensor) -> Tensor:
        """Return the gradient for the outputs from that for those that count."""
        if self.rows is None:
            return gradient
        below = tf.shape(self.outputs)[1] - self.rows[1]
        return tf.pad(gradient, ((0, 0), (self.rows[0], below), (0, 0), (0, 0)))


class NetworkPass:
    """The features of `content` layers and the Gram matrices of `style` layers, and their gradient.

    `layers` are Keras's, in order; `values` are the first one's input, (n, H, W, 3). `features` are
    (n, h, w, c), by name. `grams` are the mean Gram matrices of the n pictures, (n, c, c), or with
    `guides` one for each guide. With `rows` they are those of so many rows of each layer alone: of the part
    of a band that its borders do not touch (`network/bands.py`).

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
        rows: OwnRows | None = None,
        recomputed: int,
    ) -> None:
        self.features: dict[str, Tensor] = {}
        self.grams: dict[str, Tensor] = {}
        self._guides = guides
        self._rows = rows or {}
        self._values = values
        self._first = layers[:recomputed]
        steps = self._forwards(layers)
        for step in steps:
            if step.layer in content:
                self.features[step.layer] = step.counted
            if step.layer in style:
                self.grams[step.layer] = _gram_matrices(step, guides)
        self._rest = steps[recomputed:]

    def gradient(self, by_features: Mapping[str, Tensor], by_grams: Mapping[str, Tensor]) -> Tensor:
        """Return the gradient for `values` from those for `features` and `grams`, some or all of them."""
        gradient = self._backwards(self._rest, None, by_features, by_grams)
        with tf.control_dependencies([] if gradient is None else [gradient]):
            first = self._forwards(self._first)
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
                gradient = _sum(gradient, step.among_outputs(by_features[step.layer]))
            if step.layer in by_grams:
                for part in _gram_gradients(step, self._guides, by_grams[step.layer]):
                    with tf.control_dependencies([] if gradient is None else [gradient]):
                        by_gram = part()
                    gradient = _sum(gradient, step.among_outputs(by_gram))
            if gradient is not None:
                gradient = step.tape.gradient(step.outputs, step.inputs, output_gradients=gradient)
        return gradient

    def _forwards(self, layers: Sequence[Any]) -> list[Step]:
        steps, values = [], self._values
        for layer in layers:
            with tf.GradientTape() as tape:
                tape.watch(values)
                outputs = layer(values)
            steps.append(Step(layer.name, values, outputs, tape, self._rows.get(layer.name)))
            values = outputs
        return steps


def _gram_matrices(step: Step, guides: Guides | None) -> Tensor:
    if guides is None:
        return mean_gram_matrices(step.counted)
    return guided_gram_matrices(step.counted, guides[step.layer])


def _gram_gradients(step: Step, guides: Guides | None, upstream: Tensor) -> list[Callable[[], Tensor]]:
    """Return, to be computed, the parts of the gradient for a step's outputs from its Gram matrices."""
    if guides is None:
        return [partial(mean_gram_gradient, step.counted, upstream)]
    return [
        partial(guided_gram_gradient, step.counted, guide, upstream[index])
        for index, guide in enumerate(guides[step.layer])
    ]


def _sum(gradient: Tensor | None, more: Tensor) -> Tensor:
    return more if gradient is None else gradient + more
