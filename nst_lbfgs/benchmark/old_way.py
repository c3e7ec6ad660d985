"""The old way: Keras's neural_style_transfer.py (2.3.1) with the enhanced script's weights, plainly.

Every evaluation pushes content, style and combination through VGG19 as one float32 batch, and every
iteration is a fresh `fmin_l_bfgs_b` over the pixels. Loss and gradient are those of the preset
'enhanced-lbfgs'; nothing here comes from `objective.py` or `losses.py`, so that each can be checked
against the other.

Deviations: the network is asked for all of its layers, as in the script, but TensorFlow leaves out
what no loss reads, as its graph mode did then: nothing is computed after block5_conv2. The gradient with
respect to the constant pictures is computed and thrown away, as it was there. Loss and gradient come
from one call, where the script's Evaluator computes both at once and hands them out by turns: L-BFGS-B
sees the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from scipy.optimize import fmin_l_bfgs_b

from ..arrays import FloatArray, Kernels, Pixels, Tensor
from ..network.extractor import build_extractor
from ..network.layers import LAYER_NAMES
from ..network.preprocessing import PREPROCESSINGS
from ..search.lbfgs import StopSearch

EVALUATIONS = 20  # in an iteration
CONTENT_LAYER = 'block5_conv2'
CONTENT_WEIGHT = 0.08
STYLE_LAYERS = {
    'block1_conv1': 0.1,
    'block2_conv1': 0.1,
    'block3_conv1': 0.4,
    'block4_conv1': 0.3,
    'block5_conv1': 0.1,
}


class OldWay:
    """Loss and gradient at flat coordinates of Caffe's kind, (H * W * 3,).

    `content` and `style` are RGB pictures of one shape, (H, W, 3), uint8.
    """

    def __init__(self, content: Pixels, style: Pixels, kernels: Kernels) -> None:
        preprocess = PREPROCESSINGS['caffe'].preprocess
        self.start = preprocess(content).astype(np.float64).ravel()
        self._model = build_extractor(LAYER_NAMES, kernels)
        self._base = tf.constant(preprocess(content))
        self._style = tf.constant(preprocess(style))
        self._outputs = tf.function(self._loss_and_gradient)

    def __call__(self, x: FloatArray) -> tuple[float, FloatArray]:
        """Return the loss and its gradient, float64 of x's shape."""
        loss, gradient = self._outputs(tf.constant(x.reshape(self._base.shape), tf.float32))
        return float(loss), gradient.numpy().ravel().astype(np.float64)

    def _loss_and_gradient(self, combination: Tensor) -> tuple[Tensor, Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(combination)
            features = self._model(tf.concat([self._base, self._style, combination], axis=0))
            base, _, painted = tf.unstack(features[CONTENT_LAYER])
            loss = CONTENT_WEIGHT * content_loss(base, painted)
            for name, weight in STYLE_LAYERS.items():
                _, style, painted = tf.unstack(features[name])
                loss += weight * style_loss(style, painted, combination.shape)
            loss += total_variation_loss(combination)
        return loss, tape.gradient(loss, combination)


def content_loss(base: Tensor, combination: Tensor) -> Tensor:
    """Return the sum of the squared differences of two layers' features."""
    return tf.reduce_sum(tf.square(combination - base))


def style_loss(style: Tensor, combination: Tensor, picture_shape: tuple[int, ...]) -> Tensor:
    """Return the sum of squares of S - C over 4 channels^2 size^2, both the picture's (1, H, W, 3)."""
    _, height, width, channels = picture_shape
    difference = gram_matrix(style) - gram_matrix(combination)
    return tf.reduce_sum(tf.square(difference)) / (4.0 * channels**2 * (height * width) ** 2)


def gram_matrix(features: Tensor) -> Tensor:
    """Return X X^T, (c, c), with X the features (h, w, c) as c rows of h w."""
    rows = tf.reshape(tf.transpose(features, (2, 0, 1)), (features.shape[-1], -1))
    return tf.matmul(rows, tf.transpose(rows))


def total_variation_loss(x: Tensor) -> Tensor:
    """Return sum((dy^2 + dx^2)^1.25) of a picture (1, H, W, 3)."""
    a = tf.square(x[:, :-1, :-1] - x[:, 1:, :-1])
    b = tf.square(x[:, :-1, :-1] - x[:, :-1, 1:])
    return tf.reduce_sum(tf.pow(a + b, 1.25))


def old_transfer(
    content: Pixels,
    style: Pixels,
    kernels: Kernels,
    *,
    iterations: int,
    on_evaluation: Callable[[int, float], None],
    on_iteration: Callable[[int, Callable[[], float]], None] | None = None,
) -> None:
    """Search as the script does: iterations of 20 evaluations, each a fresh L-BFGS-B over the pixels.

    `on_evaluation` is called with the number of evaluations so far and the loss; `on_iteration` with the
    number of iterations done and a function that returns the loss there. Either may raise StopSearch.
    The search also ends where a fresh call finds no smaller loss.
    """
    old_way = OldWay(content, style, kernels)
    losses: list[float] = []

    def function(x: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = old_way(x)
        losses.append(loss)
        on_evaluation(len(losses), loss)
        return loss, gradient

    x = old_way.start
    try:
        for done in range(1, iterations + 1):
            begun = len(losses)
            x, loss, _ = fmin_l_bfgs_b(function, x, maxfun=EVALUATIONS)
            if not loss < losses[begun]:
                break
            if on_iteration:
                on_iteration(done, lambda: old_way(x)[0])
    except StopSearch:
        pass
