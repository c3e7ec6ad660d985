"""How fast TensorFlow convolves and multiplies on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable

import tensorflow as tf

from ..arrays import Tensor

CALLS = 5  # of which the fastest counts


def convolution_rate(side: int, channels: int, precision: str) -> float:
    """Return the rate, in operations a second, of a 3 x 3 convolution like VGG19's.

    It has `channels` channels in and out, on features of `side` x `side`.
    """

    @tf.function
    def convolve(pictures: Tensor, kernel: Tensor) -> Tensor:
        return tf.nn.conv2d(pictures, kernel, strides=1, padding='SAME')

    operands = _random((1, side, side, channels), precision), _random((3, 3, channels, channels), precision)
    return 2 * 9 * channels**2 * side**2 / _least_seconds(convolve, *operands)


def matrix_rate(side: int, precision: str) -> float:
    """Return the rate, in operations a second, of a product of two square matrices."""

    @tf.function
    def multiply(left: Tensor, right: Tensor) -> Tensor:
        return tf.matmul(left, right)

    operands = (_random((side, side), precision) for _ in range(2))
    return 2 * side**3 / _least_seconds(multiply, *operands)


def _random(shape: tuple[int, ...], precision: str) -> Tensor:
    return tf.cast(tf.random.stateless_normal(shape, seed=(0, 0)), precision)


def _least_seconds(function: Callable[..., Tensor], *operands: Tensor) -> float:
    function(*operands)  # traces
    return min(_seconds(function, *operands) for _ in range(CALLS))


def _seconds(function: Callable[..., Tensor], *operands: Tensor) -> float:
    tf.test.experimental.sync_devices()
    start = time.perf_counter()
    function(*operands)
    tf.test.experimental.sync_devices()  # an accelerator returns before it is done
    return time.perf_counter() - start
