"""`tf.contrib.layers` and `tf.contrib.slim`: what style transfer and visualisation used of them.

Names of scopes and variables are TensorFlow 1's ('Conv/weights', 'Conv/biases', 'BatchNorm/beta'), so
that checkpoints fit. Pictures are channels-last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from .arguments_of_scopes import add_arg_scope
from .layer_parts import Function, Lengths, length, pair

_v1 = tf.compat.v1


# --- initializers, regularizers


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = 'FAN_IN', uniform: bool = False, seed: int | None = None, **_ignored: Any
) -> Any:
    """Return an initializer whose variance is `factor` by the number of inputs, outputs, or their mean."""
    kind = 'uniform' if uniform else 'truncated_normal'
    return _v1.variance_scaling_initializer(factor, mode.lower(), kind, seed)


def xavier_initializer(uniform: bool = True, seed: int | None = None, **_ignored: Any) -> Any:
    """Return Glorot's initializer."""
    return variance_scaling_initializer(1.0, 'FAN_AVG', uniform, seed)


def l1_regularizer(scale: float, scope: str | None = None) -> Callable[[Any], Any]:
    """Return a function that gives `scale` by the sum of absolute values."""
    return lambda weights: tf.multiply(scale, tf.reduce_sum(tf.abs(weights)), name=scope)


def l2_regularizer(scale: float, scope: str | None = None) -> Callable[[Any], Any]:
    """Return a function that gives `scale` by half the sum of squares."""
    return lambda weights: tf.multiply(scale, tf.nn.l2_loss(weights), name=scope)


# --- layers


@add_arg_scope
def conv2d(
    inputs: Any,
    num_outputs: int,
    kernel_size: Lengths,
    stride: Lengths = 1,
    padding: str = 'SAME',
    data_format: str | None = None,
    rate: Lengths = 1,
    activation_fn: Function = tf.nn.relu,
    normalizer_fn: Callable[..., Any] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = None,
    weights_regularizer: Function = None,
    biases_initializer: Any = _v1.zeros_initializer(),
    biases_regularizer: Function = None,
    reuse: Any = None,
    trainable: bool = True,
    scope: Any = None,
    **_collections: Any,
) -> Any:
    """Return pictures convolved with `num_outputs` kernels, normalised or with a bias, and activated."""
    with _v1.variable_scope(scope, 'Conv', [inputs], reuse=reuse):
        shape = (*pair(kernel_size), length(inputs, -1), num_outputs)
        kernel = _weights(shape, weights_initializer, weights_regularizer, trainable)
        result = tf.nn.convolution(inputs, kernel, pair(stride), padding.upper(), dilations=pair(rate))
        bias = (biases_initializer, biases_regularizer, trainable)
        return _ended(result, bias, normalizer_fn, normalizer_params, activation_fn)


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Function = tf.nn.relu,
    normalizer_fn: Callable[..., Any] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = None,
    weights_regularizer: Function = None,
    biases_initializer: Any = _v1.zeros_initializer(),
    biases_regularizer: Function = None,
    reuse: Any = None,
    trainable: bool = True,
    scope: Any = None,
    **_collections: Any,
) -> Any:
    """Return the product of the last axis with a matrix, normalised or with a bias, and activated."""
    with _v1.variable_scope(scope, 'fully_connected', [inputs], reuse=reuse):
        shape = (length(inputs, -1), num_outputs)
        result = tf.tensordot(inputs, _weights(shape, weights_initializer, weights_regularizer, trainable), 1)
        bias = (biases_initializer, biases_regularizer, trainable)
        return _ended(result, bias, normalizer_fn, normalizer_params, activation_fn)


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Lengths,
    stride: Lengths = 2,
    padding: str = 'VALID',
    scope: str | None = None,
    **_collections: Any,
) -> Any:
    """Return the largest values of windows."""
    return tf.nn.max_pool2d(inputs, pair(kernel_size), pair(stride), padding.upper(), name=scope)


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Lengths,
    stride: Lengths = 2,
    padding: str = 'VALID',
    scope: str | None = None,
    **_collections: Any,
) -> Any:
    """Return the means of windows."""
    return tf.nn.avg_pool2d(inputs, pair(kernel_size), pair(stride), padding.upper(), name=scope)


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Function = None,
    is_training: Any = True,
    reuse: Any = None,
    trainable: bool = True,
    scope: Any = None,
    **_others: Any,
) -> Any:
    """Return channels normalised, by the batch or by the moving mean and variance."""
    from . import layers

    with _v1.variable_scope(scope, 'BatchNorm', [inputs], reuse=reuse) as own:
        result = layers.batch_normalization(
            inputs, -1, decay, epsilon, center, scale, training=is_training, trainable=trainable, name=own
        )
        return result if activation_fn is None else activation_fn(result)


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Function = None,
    reuse: Any = None,
    trainable: bool = True,
    scope: Any = None,
    **_others: Any,
) -> Any:
    """Return each picture's channels normalised by their own mean and variance."""
    with _v1.variable_scope(scope, 'InstanceNorm', [inputs], reuse=reuse):
        size = (length(inputs, -1),)
        beta = _v1.get_variable('beta', size, initializer=_v1.zeros_initializer(), trainable=trainable)
        gamma = _v1.get_variable('gamma', size, initializer=_v1.ones_initializer(), trainable=trainable)
        mean, variance = tf.nn.moments(inputs, (1, 2), keepdims=True)
        result = tf.nn.batch_normalization(
            inputs, mean, variance, beta if center else None, gamma if scale else None, epsilon
        )
        return result if activation_fn is None else activation_fn(result)


@add_arg_scope
def dropout(
    inputs: Any, keep_prob: float = 0.5, is_training: Any = True, scope: str | None = None, **_others: Any
) -> Any:
    """Return the inputs with a share of 1 - `keep_prob` of them set to 0, in training."""
    from . import layers

    return layers.dropout(inputs, 1 - keep_prob, training=is_training, name=scope)


def flatten(inputs: Any, scope: str | None = None, **_collections: Any) -> Any:
    """Return each row of a batch as a vector."""
    from . import layers

    return layers.flatten(inputs, name=scope)


def softmax(logits: Any, scope: str | None = None) -> Any:
    """Return probabilities."""
    return tf.nn.softmax(logits, name=scope)


def repeat(inputs: Any, times: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what a layer gives when it is put on itself `times` times: 'conv1/conv1_1', 'conv1/conv1_2'."""
    scope = kwargs.pop('scope', None) or layer.__name__
    with _v1.variable_scope(scope, 'Repeat', [inputs]):
        for number in range(1, times + 1):
            inputs = layer(inputs, *args, scope=f'{scope}_{number}', **kwargs)
    return inputs


def _weights(shape: Sequence[int], initializer: Any, regularizer: Function, trainable: bool) -> Any:
    return _v1.get_variable(
        'weights',
        shape,
        initializer=initializer or xavier_initializer(),
        regularizer=regularizer,
        trainable=trainable,
    )


def _ended(result: Any, bias: Any, normalizer: Any, parameters: Any, activation: Function) -> Any:
    """Return a layer's result normalised, or else with its bias, and activated."""
    initializer, regularizer, trainable = bias
    if normalizer is not None:
        result = normalizer(result, **(parameters or {}))
    elif initializer is not None:
        size = (length(result, -1),)
        biases = _v1.get_variable(
            'biases', size, initializer=initializer, regularizer=regularizer, trainable=trainable
        )
        result = tf.nn.bias_add(result, biases)
    return result if activation is None else activation(result)


convolution2d = convolution = conv2d
xavier_initializer_conv2d = xavier_initializer
linear = fully_connected
