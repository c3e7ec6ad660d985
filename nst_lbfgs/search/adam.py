"""Keras's Adam, fed step by step. Knows nothing of pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..arrays import FloatArray, PictureArray
from ..config import AdamConfig, TransferConfig
from .lbfgs import Box, Done, Ending
from .recovery import PictureFunction, PictureMark, SearchState, fresh_state


class AdamSearch:
    """The same as `Search`, by Adam. Taken up again it begins with fresh moments."""

    def __init__(
        self,
        function: PictureFunction,
        x0: FloatArray,
        config: TransferConfig,
        mark: PictureMark,
        *,
        box: Box,
        state: SearchState | None,
    ) -> None:
        self.state = state or fresh_state(Done(), _adam(config).clip, x0)
        self._function = function
        self._config = config
        self._mark = mark
        self._box = box if _adam(config).clip else None
        self._evaluations = self.state.done.evaluations

    @property
    def x(self) -> FloatArray:
        """The picture where the search stands."""
        return self.state.iterate

    def run(self) -> Ending:
        """Search until all iterations are done. Raises what `function` and `mark` raise."""
        minimize_adam(
            self._counted, self.x, self._config, self._finish_iteration, done=self.state.done, box=self._box
        )
        return Ending.ALL_DONE

    def _counted(self, x: PictureArray) -> tuple[float, PictureArray]:
        self._evaluations += 1
        return self._function(x)

    def _finish_iteration(self, iteration: int, x: FloatArray) -> None:
        self.state = fresh_state(Done(iteration + 1, self._evaluations), _adam(self._config).clip, x)
        self._mark(iteration, x)


def minimize_adam(
    function: PictureFunction,
    x0: FloatArray,
    config: TransferConfig,
    mark: Callable[[int, FloatArray], None],
    *,
    done: Done = Done(),
    box: Box | None = None,
) -> None:
    """Minimise `function` from `x0` by Adam (Kingma, Ba, 2015).

    `function` returns the loss and the gradient, of x's shape, (n,). It is evaluated once for each
    of `config.evaluations_per_iteration` steps of each of `config.iterations` iterations; then
    `mark(iteration, x)` is called with the point that the last of them led to, which itself has not
    been evaluated. Either may raise StopSearch, which passes through. The loss need not fall.

    x is moved in float32, as in the publications, or in float64 if `config.computation.precision` is that.
    `box` clips it after each step. The learning rate is that of the iterations after `done`.
    """
    adam = _adam(config)
    dtype = tf.float64 if config.computation.precision == 'float64' else tf.float32
    x = tf.Variable(tf.constant(x0, dtype))
    limits = box and tuple(tf.constant(limit, dtype) for limit in box.limits(x0.size))
    optimizer = keras.optimizers.Adam(adam.learning_rate, beta_1=adam.beta_1, epsilon=adam.epsilon)
    steps = config.evaluations_per_iteration
    for iteration in range(done.iterations, config.iterations):
        for step in range(iteration * steps, (iteration + 1) * steps):
            optimizer.learning_rate = _learning_rate(adam, step)
            _, gradient = function(_point(x))
            optimizer.apply_gradients([(tf.constant(gradient, dtype), x)])
            if limits:
                x.assign(tf.clip_by_value(x, *limits))
        mark(iteration, _point(x))


def _adam(config: TransferConfig) -> AdamConfig:
    assert isinstance(config.optimizer, AdamConfig)
    return config.optimizer


def _learning_rate(adam: AdamConfig, step: int) -> float:
    return adam.learning_rate * adam.learning_rate_decay ** (step // adam.decay_every)


def _point(x: Any) -> FloatArray:
    point: FloatArray = x.numpy().astype(np.float64)
    return point
