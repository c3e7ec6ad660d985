"""Keras's Adam, fed step by step. Knows nothing of pictures."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .config import TransferConfig
from .optimizers import ALL_DONE, FloatArray, Function, Mark


def minimize_adam(function: Function, x0: FloatArray, config: TransferConfig, mark: Mark,
                  bounds: tuple[FloatArray, FloatArray] | None = None) -> str:
    """Minimise `function` from `x0` by Adam (Kingma, Ba, 2015) and return why the search stopped.

    `function` returns the loss and the gradient, of x's shape, (n,). It is evaluated once for each
    of `config.evaluations_per_iteration` steps of each of `config.iterations` iterations; then
    `mark(iteration, x)` is called with the point that the last of them led to, which itself has not
    been evaluated. Either may raise StopSearch, which passes through. The loss need not fall.

    x is moved in float32, as in the publications, or in float64 if `config.precision` is that.
    `bounds`, low and high of x's shape, clip it after each step.
    """
    dtype = tf.float64 if config.precision == 'float64' else tf.float32
    x = tf.Variable(tf.constant(x0, dtype))
    limits = bounds and tuple(tf.constant(limit, dtype) for limit in bounds)
    optimizer = keras.optimizers.Adam(_learning_rate(config), beta_1=config.beta_1,
                                      epsilon=config.epsilon)
    for iteration in range(config.iterations):
        for _ in range(config.evaluations_per_iteration):
            _, gradient = function(_point(x))
            optimizer.apply_gradients([(tf.constant(gradient, dtype), x)])
            if limits:
                x.assign(tf.clip_by_value(x, *limits))
        mark(iteration, _point(x))
    return ALL_DONE


def _learning_rate(config: TransferConfig) -> Any:
    return keras.optimizers.schedules.ExponentialDecay(
        config.learning_rate, decay_steps=config.decay_every,
        decay_rate=config.learning_rate_decay, staircase=True)


def _point(x: Any) -> FloatArray:
    point: FloatArray = x.numpy().astype(np.float64)
    return point
