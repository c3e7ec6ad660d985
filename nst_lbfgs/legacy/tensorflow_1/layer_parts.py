"""What the layers of `tf.layers` and `tf.contrib.layers` are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

_v1 = tf.compat.v1
FORMATS = {'channels_last': 'NHWC', 'channels_first': 'NCHW'}
Function = Callable[[Any], Any] | None
Lengths = int | Sequence[int]


def pair(lengths: Lengths) -> tuple[int, int]:
    """Return (rows, columns) for one number or two."""
    first, second = (lengths, lengths) if isinstance(lengths, int) else lengths
    return first, second


def length(tensor: Any, axis: int) -> int:
    """Return a static length."""
    return int(tensor.get_shape()[axis])


def channels(inputs: Any, data_format: str) -> int:
    """Return the number of channels."""
    return length(inputs, -1 if data_format == 'channels_last' else 1)


def variable(
    name: str,
    shape: Sequence[int],
    initializer: Any = None,
    regularizer: Function = None,
    constraint: Function = None,
    trainable: bool = True,
) -> Any:
    """Return a variable of the present scope, shared where the scope is reused."""
    return _v1.get_variable(
        name,
        shape,
        initializer=initializer,
        regularizer=regularizer,
        constraint=constraint,
        trainable=trainable,
    )


def bias(size: int, initializer: Any, regularizer: Function, constraint: Function, trainable: bool) -> Any:
    """Return a layer's bias, 0 at first."""
    initializer = initializer or _v1.zeros_initializer()
    return variable('bias', (size,), initializer, regularizer, constraint, trainable)


def ended(result: Any, activation: Function, activity_regularizer: Function) -> Any:
    """Return a layer's result after its activation; its regularizer counts as a loss."""
    result = activation(result) if activation is not None else result
    if activity_regularizer is not None:
        _v1.add_to_collection(_v1.GraphKeys.REGULARIZATION_LOSSES, activity_regularizer(result))
    return result


def by_phase(training: Any, in_training: Callable[[], Any], in_use: Callable[[], Any]) -> Any:
    """Return one of two results, `training` being a bool, an int or a tensor."""
    if tf.is_tensor(training):
        return tf.cond(tf.cast(training, tf.bool), in_training, in_use)
    return in_training() if training else in_use()


def enlarged(
    inputs: Any, filters: int, kernel: Sequence[int], strides: Sequence[int], padding: str, data_format: str
) -> tuple[Any, list[int | None]]:
    """Return a transposed convolution's shape, as a tensor and as far as it is static."""
    rows = 1 if data_format == 'channels_last' else 2
    static, dynamic = inputs.get_shape().as_list(), tf.shape(inputs)
    sizes, known = [dynamic[0], filters, filters, filters], [static[0], filters, filters, filters]
    for axis, size, step in zip((rows, rows + 1), kernel, strides):
        more = max(size - step, 0) if padding.lower() == 'valid' else 0
        sizes[axis] = dynamic[axis] * step + more
        known[axis] = None if static[axis] is None else static[axis] * step + more
    return tf.stack(sizes), known
