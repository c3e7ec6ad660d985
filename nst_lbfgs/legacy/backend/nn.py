"""The backend's activations, convolutions, randomness and choices by phase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from ..tensors import Tensor, as_symbolic, is_symbolic, on_tensors
from .state import data_format_named, learning_phase

__all__ = [
    'batch_normalization',
    'bias_add',
    'binary_crossentropy',
    'categorical_crossentropy',
    'conv2d',
    'conv2d_transpose',
    'depthwise_conv2d',
    'dropout',
    'elu',
    'hard_sigmoid',
    'in_test_phase',
    'in_train_phase',
    'l2_normalize',
    'map_fn',
    'pool2d',
    'random_binomial',
    'random_normal',
    'random_uniform',
    'relu',
    'separable_conv2d',
    'sigmoid',
    'softmax',
    'softplus',
    'softsign',
    'switch',
    'tanh',
    'truncated_normal',
]


# --- activations


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """Return x where above `threshold`, elsewhere alpha * (x - threshold); at most max_value."""
    return on_tensors(lambda t: keras.activations.relu(t, alpha, max_value, threshold), x, label='relu')


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """Return x where positive, else alpha * (e**x - 1)."""
    return on_tensors(lambda t: keras.activations.elu(t, alpha), x, label='elu')


def softmax(x: Any, axis: int = -1) -> Tensor:
    """Return the softmax along an axis."""
    return on_tensors(lambda t: tf.nn.softmax(t, axis), x, label='softmax')


def softplus(x: Any) -> Tensor:
    """Return log(1 + e**x)."""
    return on_tensors(tf.nn.softplus, x, label='softplus')


def softsign(x: Any) -> Tensor:
    """Return x / (1 + |x|)."""
    return on_tensors(tf.nn.softsign, x, label='softsign')


def tanh(x: Any) -> Tensor:
    """Return the hyperbolic tangent."""
    return on_tensors(tf.tanh, x, label='tanh')


def sigmoid(x: Any) -> Tensor:
    """Return 1 / (1 + e**-x)."""
    return on_tensors(tf.sigmoid, x, label='sigmoid')


def hard_sigmoid(x: Any) -> Tensor:
    """Return 0.2 * x + 0.5 limited to [0, 1] (Keras 3's own has the slope 1/6)."""
    return on_tensors(lambda t: tf.clip_by_value(0.2 * t + 0.5, 0.0, 1.0), x, label='hard_sigmoid')


def l2_normalize(x: Any, axis: int | None = None) -> Tensor:
    """Return x divided by its Euclidean norm along an axis, or as a whole."""
    return on_tensors(lambda t: tf.math.l2_normalize(t, axis), x, label='l2_normalize')


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """Return the cross-entropy between two distributions along an axis."""
    return on_tensors(
        lambda t, o: keras.ops.categorical_crossentropy(t, o, from_logits, axis),
        target,
        output,
        label='categorical_crossentropy',
    )


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """Return the cross-entropy of probabilities, element by element."""
    return on_tensors(
        lambda t, o: keras.ops.binary_crossentropy(t, o, from_logits),
        target,
        output,
        label='binary_crossentropy',
    )


# --- convolutions


def conv2d(
    x: Any,
    kernel: Any,
    strides: Sequence[int] = (1, 1),
    padding: str = 'valid',
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
    *,
    border_mode: str | None = None,
    dim_ordering: str | None = None,
    **_shapes: Any,
) -> Tensor:
    """Return pictures convolved with kernels of shape (rows, columns, in, out).

    `border_mode` and `dim_ordering` were Keras 1's names; its image_shape and filter_shape
    are accepted and ignored.
    """
    order = data_format_named(data_format or dim_ordering)
    return on_tensors(
        lambda t, k: keras.ops.conv(
            t, k, tuple(strides), border_mode or padding, order, tuple(dilation_rate)
        ),
        x,
        kernel,
        label='conv2d',
    )


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Sequence[Any],
    strides: Sequence[int] = (1, 1),
    padding: str = 'valid',
    data_format: str | None = None,
) -> Tensor:
    """Return pictures of `output_shape` that a convolution would make `x` of.

    kernel: of shape (rows, columns, out, in).
    """
    first = data_format_named(data_format) == 'channels_first'

    def compute(t: Any, k: Any, sizes: Any) -> Any:
        sizes = [tf.cast(size, tf.int32) for size in sizes]
        if not first:
            return tf.nn.conv2d_transpose(t, k, tf.stack(sizes), tuple(strides), padding.upper())
        sizes = tf.stack([sizes[0], sizes[2], sizes[3], sizes[1]])
        last = tf.transpose(t, (0, 2, 3, 1))
        found = tf.nn.conv2d_transpose(last, k, sizes, tuple(strides), padding.upper())
        return tf.transpose(found, (0, 3, 1, 2))

    return on_tensors(compute, x, kernel, list(output_shape), label='conv2d_transpose')


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Sequence[int] = (1, 1),
    padding: str = 'valid',
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Return pictures with each channel convolved by kernels of its own."""
    order = data_format_named(data_format)
    return on_tensors(
        lambda t, k: keras.ops.depthwise_conv(t, k, tuple(strides), padding, order, tuple(dilation_rate)),
        x,
        depthwise_kernel,
        label='depthwise_conv2d',
    )


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sequence[int] = (1, 1),
    padding: str = 'valid',
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Return a depthwise convolution followed by one across channels."""
    order = data_format_named(data_format)
    return on_tensors(
        lambda t, d, p: keras.ops.separable_conv(
            t, d, p, tuple(strides), padding, order, tuple(dilation_rate)
        ),
        x,
        depthwise_kernel,
        pointwise_kernel,
        label='separable_conv2d',
    )


def pool2d(
    x: Any,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1),
    padding: str = 'valid',
    data_format: str | None = None,
    pool_mode: str = 'max',
    *,
    border_mode: str | None = None,
    dim_ordering: str | None = None,
) -> Tensor:
    """Return the largest ('max') or mean ('avg') value of each window."""
    order = data_format_named(data_format or dim_ordering)
    pool = keras.ops.max_pool if pool_mode == 'max' else keras.ops.average_pool
    return on_tensors(
        lambda t: pool(t, tuple(pool_size), tuple(strides), border_mode or padding, order), x, label='pool2d'
    )


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Tensor:
    """Return x with a vector added along its channels."""
    first = data_format_named(data_format) == 'channels_first'

    def added(tensor: Any, vector: Any) -> Any:
        rank = tensor.shape.rank
        return tensor + (tf.reshape(vector, [-1] + [1] * (rank - 2)) if first else vector)

    return on_tensors(added, x, bias, label='bias_add')


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Tensor:
    """Return gamma * (x - mean) / sqrt(var + epsilon) + beta; beta and gamma may be None."""
    shift = 0.0 if beta is None else beta
    scale = 1.0 if gamma is None else gamma
    return on_tensors(
        lambda t, m, v, b, g: tf.nn.batch_normalization(t, m, v, b, g, epsilon),
        x,
        mean,
        var,
        shift,
        scale,
        label='batch_normalization',
    )


# --- randomness


def random_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> Tensor:
    """Return normal random numbers, new ones with each evaluation."""
    return _random(lambda s, d: tf.random.normal(s, mean, stddev, d, seed), shape, dtype)


def random_uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> Tensor:
    """Return uniform random numbers, new ones with each evaluation."""
    return _random(lambda s, d: tf.random.uniform(s, minval, maxval, d, seed), shape, dtype)


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> Tensor:
    """Return normal random numbers within two standard deviations of the mean."""
    return _random(lambda s, d: tf.random.truncated_normal(s, mean, stddev, d, seed), shape, dtype)


def random_binomial(
    shape: Sequence[int], p: float = 0.0, dtype: str | None = None, seed: int | None = None
) -> Tensor:
    """Return ones with probability p, else zeros."""
    return _random(lambda s, d: tf.cast(tf.random.uniform(s, seed=seed) <= p, d), shape, dtype)


def _random(draw: Callable[[Any, str], Any], shape: Any, dtype: str | None) -> Tensor:
    kind = dtype or keras.config.floatx()
    if is_symbolic(shape):
        return on_tensors(lambda s: draw(s, kind), shape, label='random')
    return on_tensors(lambda: draw([int(size) for size in shape], kind), label='random')


def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Tensor:
    """Return x with a fraction `level` of it set to 0 and the rest scaled up."""
    return on_tensors(lambda t: tf.nn.dropout(t, level, noise_shape, seed), x, label='dropout')


# --- choices


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Tensor:
    """Return one tensor or the other, by a scalar condition or element by element.

    Callables are called for their tensors; unlike the original, both sides are computed.
    """
    both = [e() if callable(e) and not is_symbolic(e) else e for e in (then_expression, else_expression)]

    def choose(chosen: Any, then: Any, other: Any) -> Any:
        mask = tf.cast(chosen, tf.bool)
        for _ in range((then.shape.rank or 0) - (mask.shape.rank or 0)):
            mask = tf.expand_dims(mask, -1)
        return tf.where(mask, then, other)

    return on_tensors(choose, condition, *both, label='switch')


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Tensor:
    """Return `x` in training and `alt` otherwise; either may be a callable."""
    phase = learning_phase() if training is None else training
    if not is_symbolic(phase):
        chosen = x if phase else alt
        chosen = chosen() if callable(chosen) and not is_symbolic(chosen) else chosen
        return chosen if tf.is_tensor(chosen) else as_symbolic(chosen)
    return switch(phase, x, alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Tensor:
    """Return `x` outside training and `alt` in training."""
    return in_train_phase(alt, x, training)


def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None, dtype: str | None = None) -> Tensor:
    """Return `fn` applied to each row of a tensor."""
    return on_tensors(lambda t: tf.map_fn(fn, t, fn_output_signature=dtype or t.dtype), elems, label='map_fn')
