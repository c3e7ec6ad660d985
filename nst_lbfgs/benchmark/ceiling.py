"""The machine's ceiling: the best rate of a convolution and of a matrix product through TensorFlow."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import tensorflow as tf

from ..device import device_description
from .outcomes import Ceiling

Tensor = Any  # TensorFlow ships no types

PRECISIONS = ('float32', 'bfloat16')
# Side and channels of VGG19's 3 x 3 convolutions on a picture of 512 x 512, block by block: each
# has the same work, 19.3 GFLOP, and which one is fastest depends on the machine.
CONVOLUTIONS = ((512, 64), (256, 128), (128, 256), (64, 512))
MATRIX_SIDE = 2048
CALLS = 5  # of which the fastest counts


def measure_ceiling() -> Ceiling:
    """Return the best rates in each precision, and the machine's description."""
    return Ceiling(
        {precision: max(_convolution_rate(side, channels, precision)
                        for side, channels in CONVOLUTIONS) for precision in PRECISIONS},
        {precision: _matrix_rate(precision) for precision in PRECISIONS},
        {'device': device_description(), 'system': platform.platform(),
         'python': platform.python_version()}
        | {name: version(name) for name in ('tensorflow', 'keras', 'scipy', 'numpy')})


def _convolution_rate(side: int, channels: int, precision: str) -> float:
    @tf.function
    def convolve(pictures: Tensor, kernel: Tensor) -> Tensor:
        return tf.nn.conv2d(pictures, kernel, strides=1, padding='SAME')

    operands = _random((1, side, side, channels), precision), _random((3, 3, channels, channels), precision)
    return 2 * 9 * channels**2 * side**2 / _least_seconds(convolve, *operands)


def _matrix_rate(precision: str) -> float:
    @tf.function
    def multiply(left: Tensor, right: Tensor) -> Tensor:
        return tf.matmul(left, right)

    shape = (MATRIX_SIDE, MATRIX_SIDE)
    return 2 * MATRIX_SIDE**3 / _least_seconds(multiply, _random(shape, precision),
                                               _random(shape, precision))


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
