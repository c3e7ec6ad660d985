"""`tf.layers`, which TensorFlow gave up for Keras: layers as functions, on variables of the graph.

Names of scopes and variables are TensorFlow 1's ('conv2d/kernel', 'conv2d_1/kernel'), so that
checkpoints fit. Pictures are channels-last unless `data_format` says 'channels_first'. `activation`
is a function or None; an initializer is a function of shape and type, Glorot's uniform by default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from .layer_parts import (
    FORMATS,
    Function,
    Lengths,
    bias,
    by_phase,
    channels,
    ended,
    enlarged,
    length,
    pair,
    variable,
)

_v1 = tf.compat.v1


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Lengths,
    strides: Lengths = (1, 1),
    padding: str = 'valid',
    data_format: str = 'channels_last',
    dilation_rate: Lengths = (1, 1),
    activation: Function = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Function = None,
    bias_regularizer: Function = None,
    activity_regularizer: Function = None,
    kernel_constraint: Function = None,
    bias_constraint: Function = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Return pictures convolved with `filters` kernels, in (batch, rows, columns, filters)."""
    with _v1.variable_scope(name, 'conv2d', [inputs], reuse=reuse):
        shape = (*pair(kernel_size), channels(inputs, data_format), filters)
        kernel = variable(
            'kernel', shape, kernel_initializer, kernel_regularizer, kernel_constraint, trainable
        )
        result = tf.nn.convolution(
            inputs,
            kernel,
            pair(strides),
            padding.upper(),
            FORMATS[data_format],
            pair(dilation_rate),
        )
        if use_bias:
            offset = bias(filters, bias_initializer, bias_regularizer, bias_constraint, trainable)
            result = tf.nn.bias_add(result, offset, data_format=FORMATS[data_format])
        return ended(result, activation, activity_regularizer)


def conv2d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Lengths,
    strides: Lengths = (1, 1),
    padding: str = 'valid',
    data_format: str = 'channels_last',
    activation: Function = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Function = None,
    bias_regularizer: Function = None,
    activity_regularizer: Function = None,
    kernel_constraint: Function = None,
    bias_constraint: Function = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Return pictures enlarged by `strides` with a transposed convolution."""
    with _v1.variable_scope(name, 'conv2d_transpose', [inputs], reuse=reuse):
        shape = (*pair(kernel_size), filters, channels(inputs, data_format))
        kernel = variable(
            'kernel', shape, kernel_initializer, kernel_regularizer, kernel_constraint, trainable
        )
        size, static = enlarged(inputs, filters, pair(kernel_size), pair(strides), padding, data_format)
        result = tf.nn.conv2d_transpose(
            inputs, kernel, size, pair(strides), padding.upper(), FORMATS[data_format]
        )
        result.set_shape(static)
        if use_bias:
            offset = bias(filters, bias_initializer, bias_regularizer, bias_constraint, trainable)
            result = tf.nn.bias_add(result, offset, data_format=FORMATS[data_format])
        return ended(result, activation, activity_regularizer)


def dense(
    inputs: Any,
    units: int,
    activation: Function = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = None,
    kernel_regularizer: Function = None,
    bias_regularizer: Function = None,
    activity_regularizer: Function = None,
    kernel_constraint: Function = None,
    bias_constraint: Function = None,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
) -> Any:
    """Return the product of the last axis with a matrix of `units` columns."""
    with _v1.variable_scope(name, 'dense', [inputs], reuse=reuse):
        shape = (length(inputs, -1), units)
        kernel = variable(
            'kernel', shape, kernel_initializer, kernel_regularizer, kernel_constraint, trainable
        )
        result = tf.tensordot(inputs, kernel, 1)
        if use_bias:
            result += bias(units, bias_initializer, bias_regularizer, bias_constraint, trainable)
        return ended(result, activation, activity_regularizer)


def max_pooling2d(
    inputs: Any,
    pool_size: Lengths,
    strides: Lengths,
    padding: str = 'valid',
    data_format: str = 'channels_last',
    name: str | None = None,
) -> Any:
    """Return the largest values of windows of `pool_size`."""
    return _pooled(tf.nn.max_pool2d, inputs, pool_size, strides, padding, data_format, name)


def average_pooling2d(
    inputs: Any,
    pool_size: Lengths,
    strides: Lengths,
    padding: str = 'valid',
    data_format: str = 'channels_last',
    name: str | None = None,
) -> Any:
    """Return the means of windows of `pool_size`."""
    return _pooled(tf.nn.avg_pool2d, inputs, pool_size, strides, padding, data_format, name)


def flatten(inputs: Any, name: str | None = None, data_format: str = 'channels_last') -> Any:
    """Return each row of a batch as a vector."""
    sizes = inputs.get_shape().as_list()[1:]
    columns = -1 if None in sizes else int(tf.TensorShape(sizes).num_elements())
    return tf.reshape(inputs, (-1 if columns != -1 else tf.shape(inputs)[0], columns), name=name)


def dropout(
    inputs: Any,
    rate: float = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: str | None = None,
) -> Any:
    """Return the inputs with a share `rate` of them set to 0, if `training` (a bool or a tensor)."""
    return by_phase(
        training,
        lambda: tf.nn.dropout(inputs, rate, noise_shape, seed, name),
        lambda: tf.identity(inputs),
    )


def batch_normalization(
    inputs: Any,
    axis: int = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = None,
    gamma_initializer: Any = None,
    moving_mean_initializer: Any = None,
    moving_variance_initializer: Any = None,
    beta_regularizer: Function = None,
    gamma_regularizer: Function = None,
    beta_constraint: Function = None,
    gamma_constraint: Function = None,
    training: Any = False,
    trainable: bool = True,
    name: str | None = None,
    reuse: Any = None,
    **_speed: Any,
) -> Any:
    """Return channels normalised: by the batch if `training`, else by the moving mean and variance.

    Updates of these two are in the collection UPDATE_OPS.
    """
    zeros, ones = _v1.zeros_initializer(), _v1.ones_initializer()
    with _v1.variable_scope(name, 'batch_normalization', [inputs], reuse=reuse):
        shape = (length(inputs, axis),)
        gamma = beta = None
        if scale:
            gamma = variable(
                'gamma', shape, gamma_initializer or ones, gamma_regularizer, gamma_constraint, trainable
            )
        if center:
            beta = variable(
                'beta', shape, beta_initializer or zeros, beta_regularizer, beta_constraint, trainable
            )
        moving = (
            variable('moving_mean', shape, moving_mean_initializer or zeros, trainable=False),
            variable('moving_variance', shape, moving_variance_initializer or ones, trainable=False),
        )
        return _normalised(inputs, axis, moving, beta, gamma, training, 1 - momentum, epsilon)


def _normalised(
    inputs: Any, axis: int, moving: Any, beta: Any, gamma: Any, training: Any, share: float, epsilon: float
) -> Any:
    rank = len(inputs.get_shape())
    others = [a for a in range(rank) if a != axis % rank]
    moments = by_phase(
        training, lambda: tf.nn.moments(inputs, others), lambda: tuple(tf.identity(m) for m in moving)
    )
    if training is not False:
        for average, now in zip(moving, moments):
            _v1.add_to_collection(_v1.GraphKeys.UPDATE_OPS, _v1.assign_sub(average, (average - now) * share))
    sizes = [-1 if a == axis % rank else 1 for a in range(rank)]
    mean, variance, beta, gamma = (
        None if t is None else tf.reshape(t, sizes) for t in (*moments, beta, gamma)
    )
    return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon)


def _pooled(
    pool: Callable[..., Any],
    inputs: Any,
    size: Any,
    strides: Any,
    padding: str,
    data_format: str,
    name: str | None,
) -> Any:
    return pool(inputs, pair(size), pair(strides), padding.upper(), FORMATS[data_format], name)
