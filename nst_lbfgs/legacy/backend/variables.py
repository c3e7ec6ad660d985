"""The backend's tensors with values, its functions and its gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..functions import Function
from ..gradients import gradients
from ..sessions import evaluate_tensor
from ..static_shapes import StaticShape
from ..tensors import (
    Constant,
    Tensor,
    Variable,
    apply,
    as_symbolic,
    is_input,
    is_symbolic,
    keras_input,
    on_tensors,
)
from ..updates import Assignment

__all__ = [
    'batch_get_value',
    'batch_set_value',
    'cast',
    'constant',
    'count_params',
    'dtype',
    'eval',
    'eye',
    'function',
    'Function',
    'get_value',
    'gradients',
    'identity',
    'int_shape',
    'is_keras_tensor',
    'is_placeholder',
    'is_sparse',
    'is_tensor',
    'is_variable',
    'moving_average_update',
    'ndim',
    'ones',
    'ones_like',
    'placeholder',
    'print_tensor',
    'random_normal_variable',
    'random_uniform_variable',
    'set_value',
    'shape',
    'size',
    'stop_gradient',
    'update',
    'update_add',
    'update_sub',
    'variable',
    'zeros',
    'zeros_like',
]


def variable(
    value: Any, dtype: str | None = None, name: str | None = None, constraint: Any = None
) -> Variable:
    """Return a tensor that holds `value` (array or number), cast to `dtype` or floatx.

    `loss = K.variable(0.)` and then `loss += ...` works: the sum is a new tensor. `constraint`
    was stored for optimizers and is ignored.
    """
    wanted = dtype or keras.config.floatx()
    array = evaluate_tensor(value) if is_symbolic(value) else np.asarray(value)
    return Variable(keras.Variable(array.astype(wanted), dtype=wanted), name)


def constant(
    value: Any, dtype: str | None = None, shape: Sequence[int] | None = None, name: str | None = None
) -> Constant:
    """Return a tensor of a fixed value, filled to `shape` if that is given."""
    array = np.asarray(value, dtype=dtype or keras.config.floatx())
    return Constant(array if shape is None else np.resize(array, tuple(shape)), name)


def placeholder(
    shape: Sequence[int | None] | None = None,
    ndim: int | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Return a tensor that `K.function` is given a value for, of `shape` or of `ndim` axes.

    The shape includes the batch axis; None stands for any length. No sparse ones here.
    """
    if shape is None:
        shape = (None,) * ndim if ndim else ()
    whole = tuple(StaticShape(shape).as_list())
    return keras_input(batch_shape=whole, dtype=dtype or keras.config.floatx(), name=name)


def is_placeholder(x: Any) -> bool:
    """Return whether a tensor is a placeholder."""
    return is_symbolic(x) and is_input(x)


def is_keras_tensor(x: Any) -> bool:
    """Return whether a tensor is the output of a Keras layer."""
    return is_symbolic(x) and hasattr(x, '_keras_history')


def is_tensor(x: Any) -> bool:
    """Return whether a value is a tensor, symbolic or not."""
    return is_symbolic(x) or bool(tf.is_tensor(x))


def is_variable(x: Any) -> bool:
    """Return whether a value is a K.variable or a layer's weight."""
    return isinstance(x, (Variable, keras.Variable))


def is_sparse(tensor: Any) -> bool:
    """Return whether a tensor is sparse: none is here."""
    return False


def function(inputs: Any, outputs: Any, updates: Any = None, **kwargs: Any) -> Function:
    """Return a callable from a list of arrays to a list of arrays; see `Function`."""
    return Function(inputs, outputs, updates, **kwargs)


def eval(x: Any) -> Any:
    """Return the value of a tensor that depends on no placeholder."""
    return evaluate_tensor(as_symbolic(x))


def get_value(x: Any) -> Any:
    """Return the value of a variable, or of a tensor that depends on no placeholder."""
    held = as_symbolic(x)
    return held.get_value() if isinstance(held, Variable) else eval(held)


def set_value(x: Any, value: Any) -> None:
    """Set the value of a variable or of a layer's weight."""
    as_symbolic(x).set_value(value)


def batch_get_value(ops: Sequence[Any]) -> list[Any]:
    """Return the values of several variables."""
    return [get_value(x) for x in ops]


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """Set the values of several variables, from (variable, value) pairs."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Any, new_x: Any) -> Assignment:
    """Return the update `x <- new_x` for `K.function(..., updates=[...])`."""
    return Assignment(x, new_x)


def update_add(x: Any, increment: Any) -> Assignment:
    """Return the update `x <- x + increment`."""
    return Assignment(x, as_symbolic(x) + increment)


def update_sub(x: Any, decrement: Any) -> Assignment:
    """Return the update `x <- x - decrement`."""
    return Assignment(x, as_symbolic(x) - decrement)


def moving_average_update(x: Any, value: Any, momentum: float) -> Assignment:
    """Return the update `x <- momentum * x + (1 - momentum) * value`."""
    return Assignment(x, as_symbolic(x) * momentum + as_symbolic(value) * (1.0 - momentum))


def zeros(shape: int | Sequence[int], dtype: str | None = None, name: str | None = None) -> Variable:
    """Return a variable of zeros."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape: int | Sequence[int], dtype: str | None = None, name: str | None = None) -> Variable:
    """Return a variable of ones."""
    return variable(np.ones(shape), dtype, name)


def eye(size: int, dtype: str | None = None, name: str | None = None) -> Variable:
    """Return a variable that holds the identity matrix."""
    return variable(np.eye(size), dtype, name)


def random_uniform_variable(
    shape: Sequence[int],
    low: float,
    high: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """Return a variable of uniform random numbers in [low, high)."""
    draw = np.random.default_rng(seed).uniform(low, high, tuple(shape))
    return variable(draw, dtype, name)


def random_normal_variable(
    shape: Sequence[int],
    mean: float,
    scale: float,
    dtype: str | None = None,
    name: str | None = None,
    seed: int | None = None,
) -> Variable:
    """Return a variable of normal random numbers."""
    draw = np.random.default_rng(seed).normal(mean, scale, tuple(shape))
    return variable(draw, dtype, name)


def zeros_like(x: Any, dtype: str | None = None, name: str | None = None) -> Tensor:
    """Return a tensor of zeros of the shape of another."""
    return on_tensors(lambda t: tf.zeros_like(t, dtype), x, label='zeros_like')


def ones_like(x: Any, dtype: str | None = None, name: str | None = None) -> Tensor:
    """Return a tensor of ones of the shape of another."""
    return on_tensors(lambda t: tf.ones_like(t, dtype), x, label='ones_like')


def identity(x: Any, name: str | None = None) -> Tensor:
    """Return a tensor of the same content."""
    return on_tensors(tf.identity, x, label='identity')


def print_tensor(x: Any, message: str = '') -> Tensor:
    """Return `x`; whenever it is computed, its value is printed after `message`."""

    def printing(tensor: Any) -> Any:
        with tf.control_dependencies([tf.print(message, tensor)]):
            return tf.identity(tensor)

    return on_tensors(printing, x, label='print_tensor')


def stop_gradient(variables: Any) -> Any:
    """Return the tensor, or list of tensors, as a constant for `K.gradients`."""
    if isinstance(variables, (list, tuple)):
        return [stop_gradient(v) for v in variables]
    return on_tensors(tf.stop_gradient, variables, label='stop_gradient')


def shape(x: Any) -> Tensor:
    """Return the shape as a symbolic tensor of integers; a constant where it is known already."""
    sizes = int_shape(x)
    if is_symbolic(x) and sizes is not None and None not in sizes:
        return Constant(np.array(sizes, 'int32'))
    return on_tensors(tf.shape, x, label='shape')


def size(x: Any, name: str | None = None) -> Tensor:
    """Return the number of elements as a symbolic integer; a constant where it is known already."""
    sizes = int_shape(x)
    if is_symbolic(x) and sizes is not None and None not in sizes:
        return Constant(np.array(math.prod(s or 0 for s in sizes), 'int32'))
    return on_tensors(tf.size, x, label='size')


def int_shape(x: Any) -> tuple[int | None, ...] | None:
    """Return the shape as a tuple, None standing for lengths that are not fixed."""
    sizes = getattr(x, 'shape', np.shape(x))
    return tuple(sizes)


def ndim(x: Any) -> int:
    """Return the number of axes."""
    return len(getattr(x, 'shape', np.shape(x)))


def dtype(x: Any) -> str:
    """Return the type of a tensor's elements, as a string."""
    return str(keras.backend.standardize_dtype(x.dtype))


def count_params(x: Any) -> int:
    """Return the number of elements of a variable."""
    return math.prod(size or 0 for size in int_shape(x) or ())


def cast(x: Any, dtype: str) -> Tensor:
    """Return a tensor cast to another type."""
    return apply(lambda t: tf.cast(t, dtype), x if is_tensor(x) else as_symbolic(x), label='cast')
