"""The backend's arithmetic, reductions and products."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from ..tensors import Tensor, as_symbolic, is_symbolic, on_tensors

__all__ = [
    'abs',
    'all',
    'any',
    'argmax',
    'argmin',
    'batch_dot',
    'clip',
    'cos',
    'cumprod',
    'cumsum',
    'dot',
    'equal',
    'exp',
    'greater',
    'greater_equal',
    'less',
    'less_equal',
    'log',
    'logsumexp',
    'max',
    'maximum',
    'mean',
    'min',
    'minimum',
    'not_equal',
    'pow',
    'prod',
    'round',
    'sign',
    'sin',
    'sqrt',
    'square',
    'std',
    'sum',
    'tan',
    'transpose',
    'var',
]

Axis = int | Sequence[int] | None


# --- element by element


def square(x: Any) -> Tensor:
    """Return x * x."""
    return on_tensors(tf.square, x, label='square')


def abs(x: Any) -> Tensor:
    """Return |x|."""
    return on_tensors(tf.abs, x, label='abs')


def sqrt(x: Any) -> Tensor:
    """Return the square root, with values below 0 taken as 0 and infinity kept."""
    return on_tensors(lambda t: tf.sqrt(tf.clip_by_value(t, 0.0, np.inf)), x, label='sqrt')


def exp(x: Any) -> Tensor:
    """Return e to the power x."""
    return on_tensors(tf.exp, x, label='exp')


def log(x: Any) -> Tensor:
    """Return the natural logarithm."""
    return on_tensors(tf.math.log, x, label='log')


def sin(x: Any) -> Tensor:
    """Return the sine."""
    return on_tensors(tf.sin, x, label='sin')


def cos(x: Any) -> Tensor:
    """Return the cosine."""
    return on_tensors(tf.cos, x, label='cos')


def tan(x: Any) -> Tensor:
    """Return the tangent."""
    return on_tensors(tf.tan, x, label='tan')


def round(x: Any) -> Tensor:
    """Return the nearest integers, halves to even."""
    return on_tensors(tf.round, x, label='round')


def sign(x: Any) -> Tensor:
    """Return -1, 0 or 1."""
    return on_tensors(tf.sign, x, label='sign')


def pow(x: Any, a: Any) -> Tensor:
    """Return x to the power a."""
    return _binary(tf.pow, x, a, 'pow')


def clip(x: Any, min_value: float, max_value: float) -> Tensor:
    """Return x limited to [min_value, max_value]; the upper limit is at least the lower."""
    upper = min_value if max_value is not None and max_value < min_value else max_value
    upper = np.inf if upper is None else upper
    lower = -np.inf if min_value is None else min_value
    return on_tensors(lambda t: tf.clip_by_value(t, lower, upper), x, label='clip')


def maximum(x: Any, y: Any) -> Tensor:
    """Return the larger of two tensors, element by element."""
    return _binary(tf.maximum, x, y, 'maximum')


def minimum(x: Any, y: Any) -> Tensor:
    """Return the smaller of two tensors, element by element."""
    return _binary(tf.minimum, x, y, 'minimum')


def equal(x: Any, y: Any) -> Tensor:
    """Return x == y as booleans."""
    return _binary(tf.equal, x, y, 'equal')


def not_equal(x: Any, y: Any) -> Tensor:
    """Return x != y as booleans."""
    return _binary(tf.not_equal, x, y, 'not_equal')


def greater(x: Any, y: Any) -> Tensor:
    """Return x > y as booleans."""
    return _binary(tf.greater, x, y, 'greater')


def greater_equal(x: Any, y: Any) -> Tensor:
    """Return x >= y as booleans."""
    return _binary(tf.greater_equal, x, y, 'greater_equal')


def less(x: Any, y: Any) -> Tensor:
    """Return x < y as booleans."""
    return _binary(tf.less, x, y, 'less')


def less_equal(x: Any, y: Any) -> Tensor:
    """Return x <= y as booleans."""
    return _binary(tf.less_equal, x, y, 'less_equal')


def _binary(function: Callable[..., Any], x: Any, y: Any, label: str) -> Tensor:
    """Apply a function of two operands; a number takes the type of the other's tensor."""
    if not _is_tensor(x) and _is_tensor(y):
        x = np.asarray(x, _numpy_type(y))
    elif not _is_tensor(y) and _is_tensor(x):
        y = np.asarray(y, _numpy_type(x))
    return on_tensors(function, x, y, label=label)


def _is_tensor(x: Any) -> bool:
    return is_symbolic(x) or tf.is_tensor(x)


def _numpy_type(x: Any) -> Any:
    return tf.as_dtype(x.dtype).as_numpy_dtype


# --- reductions


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the sum over `axis`, or over everything."""
    return _reduce(tf.reduce_sum, x, axis, keepdims, 'sum')


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the product over `axis`, or over everything."""
    return _reduce(tf.reduce_prod, x, axis, keepdims, 'prod')


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the mean over `axis`, or over everything; booleans count as 0 and 1."""
    return _reduce(lambda t, a, k: tf.reduce_mean(_number(t), a, k), x, axis, keepdims, 'mean')


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the variance (divided by n)."""
    return _reduce(lambda t, a, k: tf.math.reduce_variance(_number(t), a, k), x, axis, keepdims, 'var')


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the standard deviation (divided by n)."""
    return _reduce(lambda t, a, k: tf.math.reduce_std(_number(t), a, k), x, axis, keepdims, 'std')


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the largest value."""
    return _reduce(tf.reduce_max, x, axis, keepdims, 'max')


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the smallest value."""
    return _reduce(tf.reduce_min, x, axis, keepdims, 'min')


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return whether any element is true."""
    return _reduce(lambda t, a, k: tf.reduce_any(tf.cast(t, tf.bool), a, k), x, axis, keepdims, 'any')


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return whether all elements are true."""
    return _reduce(lambda t, a, k: tf.reduce_all(tf.cast(t, tf.bool), a, k), x, axis, keepdims, 'all')


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return log(sum(exp(x))), computed without overflow."""
    return _reduce(tf.reduce_logsumexp, x, axis, keepdims, 'logsumexp')


def argmax(x: Any, axis: int = -1) -> Tensor:
    """Return the index of the largest value along an axis."""
    return on_tensors(lambda t: tf.argmax(t, axis), x, label='argmax')


def argmin(x: Any, axis: int = -1) -> Tensor:
    """Return the index of the smallest value along an axis."""
    return on_tensors(lambda t: tf.argmin(t, axis), x, label='argmin')


def cumsum(x: Any, axis: int = 0) -> Tensor:
    """Return the running sum along an axis."""
    return on_tensors(lambda t: tf.cumsum(t, axis), x, label='cumsum')


def cumprod(x: Any, axis: int = 0) -> Tensor:
    """Return the running product along an axis."""
    return on_tensors(lambda t: tf.math.cumprod(t, axis), x, label='cumprod')


def _reduce(function: Callable[..., Any], x: Any, axis: Axis, keepdims: bool, label: str) -> Tensor:
    over = list(axis) if isinstance(axis, (list, tuple)) else axis
    return on_tensors(lambda t: function(t, over, keepdims), x, label=label)


def _number(tensor: Any) -> Any:
    return tf.cast(tensor, tf.float32) if tensor.dtype == tf.bool else tensor


# --- products


def transpose(x: Any) -> Tensor:
    """Return a tensor with its axes in reverse order."""
    return on_tensors(tf.transpose, x, label='transpose')


def dot(x: Any, y: Any) -> Tensor:
    """Return the product of matrices; beyond two axes, as NumPy: the last axis of `x` against
    the last but one of `y`."""

    def product(a: Any, b: Any) -> Any:
        if a.shape.rank == 2 and b.shape.rank == 2:
            return tf.matmul(a, b)
        return tf.tensordot(a, b, [[-1], [b.shape.rank - 2 if b.shape.rank > 1 else 0]])

    return on_tensors(product, x, y, label='dot')


def batch_dot(x: Any, y: Any, axes: int | Sequence[int] | None = None) -> Tensor:
    """Return, for each row of a batch, the products summed over axis axes[0] of `x` and
    axes[1] of `y` (counted with the batch axis); vectors give shape (batch, 1).

    Without `axes`: the last axis of `x`, and of `y` the last but one, or the last of two.
    """
    x, y = (t if tf.is_tensor(t) else as_symbolic(t) for t in (x, y))
    x_rank, y_rank = len(x.shape), len(y.shape)
    if axes is None:
        axes = (x_rank - 1, y_rank - 1 if y_rank == 2 else y_rank - 2)
    first, second = (axes, axes) if isinstance(axes, int) else axes
    letters = iter(string.ascii_lowercase[2:])
    x_axes = ['a', *(next(letters) for _ in range(x_rank - 1))]
    y_axes = ['a', *(next(letters) for _ in range(y_rank - 1))]
    x_axes[first % x_rank] = y_axes[second % y_rank] = 'b'
    kept = ''.join(axis for axis in x_axes + y_axes[1:] if axis != 'b')
    equation = f'{"".join(x_axes)},{"".join(y_axes)}->{kept}'

    def product(a: Any, b: Any) -> Any:
        result = tf.einsum(equation, a, b)
        return result if len(kept) > 1 else tf.expand_dims(result, 1)

    return on_tensors(product, x, y, label='batch_dot')
