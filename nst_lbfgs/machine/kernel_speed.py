"""How fast TensorFlow convolves and multiplies on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import tensorflow as tf

from ..arrays import Tensor
from ..network.compiling import compiled

CALLS = 5  # of which the fastest counts
Timer = Callable[[], float]


def convolution_rate(side: int, channels: int, precision: str) -> float:
    """Return the rate, in operations a second, of a 3 x 3 convolution like VGG19's.

    It has `channels` channels in and out, on features of `side` x `side`.
    """

    @tf.function
    def convolve(features: Tensor, kernel: Tensor) -> Tensor:
        return _convolution(features, kernel)

    timer = _timed(convolve, *_operands(side, channels, precision))
    return 2 * 9 * channels**2 * side**2 / _least_seconds(timer)


def timed_layer(side: int, channels: int, precision: str) -> Timer:
    """Return a function that computes such a convolution and its gradient, and returns the seconds it took.

    The gradient is that with respect to the features, as in an evaluation: on a processor without bfloat16
    it can take thirty times as long where the convolution alone is faster. All has been computed once.
    """
    return _timed(_there_and_back(channels, precision), *_operands(side, channels, precision))


def matrix_rate(side: int, precision: str) -> float:
    """Return the rate, in operations a second, of a product of two square matrices."""

    @tf.function
    def multiply(left: Tensor, right: Tensor) -> Tensor:
        return tf.matmul(left, right)

    operands = (_random((side, side), precision) for _ in range(2))
    return 2 * side**3 / _least_seconds(_timed(multiply, *operands))


@cache  # one for all sides: each is traced for a tenth of a second and more
def _there_and_back(channels: int, precision: str) -> Callable[..., Tensor]:
    def there_and_back(features: Tensor, kernel: Tensor) -> Tensor:
        with tf.GradientTape() as tape:
            tape.watch(features)
            outputs = _convolution(features, kernel)
        return tape.gradient(outputs, features, output_gradients=outputs)

    return compiled(
        there_and_back,
        tf.TensorSpec((1, None, None, channels), precision),
        tf.TensorSpec((3, 3, channels, channels), precision),
    )


def _convolution(features: Tensor, kernel: Tensor) -> Tensor:
    return tf.nn.conv2d(features, kernel, strides=1, padding='SAME')


def _operands(side: int, channels: int, precision: str) -> tuple[Tensor, Tensor]:
    return (
        _random((1, side, side, channels), precision),
        _random((3, 3, channels, channels), precision),
    )


def _random(shape: tuple[int, ...], precision: str) -> Tensor:
    return tf.cast(tf.random.stateless_normal(shape, seed=(0, 0)), precision)


def _least_seconds(timer: Timer) -> float:
    return min(timer() for _ in range(CALLS))


def _timed(function: Callable[..., Tensor], *operands: Tensor) -> Timer:
    def seconds() -> float:
        tf.test.experimental.sync_devices()
        start = time.perf_counter()
        function(*operands)
        tf.test.experimental.sync_devices()  # an accelerator returns before it is done
        return time.perf_counter() - start

    seconds()  # traces, or makes what is made once for a size
    return seconds
