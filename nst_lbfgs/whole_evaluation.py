"""Loss and gradient of a combination picture that goes through the network whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from .arrays import PictureArray, Tensor
from .config import TransferConfig
from .loss_graph import Layout, Losses, LossGraph, Targets
from .network.compiling import compiled
from .network.reuse import Reuse


class WholeEvaluation:
    """The weighted losses of combination pictures of one layout, `graph`'s, and their gradient, by `targets`.

    `reuse` may have the functions that are compiled for it.
    """

    def __init__(
        self, graph: LossGraph, config: TransferConfig, layout: Layout, targets: Targets, reuse: Reuse
    ) -> None:
        self._graph = graph
        self._key = layout, config.objective, config.computation
        self._shape = layout.shape
        self._targets = targets
        self._reuse = reuse
        self._loss_and_gradient = self._compiled(graph.loss_and_gradient)

    def loss_and_gradient(self, picture: PictureArray) -> tuple[Losses, PictureArray]:
        """Return the losses of a picture, (1, H, W, 3), and their sum's gradient for it."""
        losses, gradient = self._loss_and_gradient(tf.constant(picture), self._targets)
        return _numbers(losses), gradient.numpy()

    def losses(self, picture: PictureArray) -> Losses:
        """Return the losses of a picture, (1, H, W, 3), alone."""
        return _numbers(self._compiled(self._graph.terms)(tf.constant(picture), self._targets))

    def _compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        combination = tf.TensorSpec((1, *self._shape), self._graph.dtype)
        concrete: Callable[..., Any] = self._reuse.functions.get(
            (function.__name__, *self._key), lambda: compiled(function, combination, self._targets)
        )
        return concrete


def _numbers(losses: Tensor) -> Losses:
    content, style, variation = losses.numpy().tolist()
    return content, style, variation
