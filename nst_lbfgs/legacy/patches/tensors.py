"""What Keras 3's symbolic tensors lack that old scripts use, added to their class.

Applied once, when `nst_lbfgs.legacy` is used; nothing that Keras 3 does itself changes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.ops.node import Node

from ..overrides import remember_overrides
from ..sessions import evaluate_tensor
from ..static_shapes import StaticShape, shape_for_caller
from ..tensors import Constant, Expression, Slice, apply, as_symbolic, is_symbolic, map_leaves

_OPERATORS = tuple(
    f'__{side}{name}__'
    for side in ('', 'r')
    for name in ('add', 'sub', 'mul', 'truediv', 'pow', 'floordiv', 'mod', 'matmul')
)
_Graph = tf.Graph  # TensorFlow's own: within a run the public name is ours
_OF_SHAPES = ('shape', 'shape_v2', 'size', 'size_v2', 'rank')
_COMPARISONS = ('__lt__', '__le__', '__gt__', '__ge__')


def patch_tensors() -> None:
    """Add the old tensors' methods to keras.KerasTensor; make tf functions take them."""
    kind = keras.KerasTensor
    for name in _OPERATORS + _COMPARISONS:
        if hasattr(kind, name):
            setattr(kind, name, _with_operand(getattr(kind, name)))
    kind.__array_ufunc__ = None  # so that `array * tensor` is left to the tensor
    kind.__getitem__ = _getitem
    kind.eval = lambda self, feed_dict=None, session=None: evaluate_tensor(self, feed_dict)
    kind.shape = property(lambda self: shape_for_caller(self._shape), kind.shape.fset)
    kind.get_shape = lambda self: StaticShape(self._shape)
    kind._keras_shape = property(lambda self: self._shape)
    Node.__init__ = _remembering(Node.__init__)
    TensorFlowFunctions().register()


def _remembering(initialise: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(initialise)
    def wrapped(node: Any, *args: Any, **kwargs: Any) -> None:
        initialise(node, *args, **kwargs)
        remember_overrides(node)

    return wrapped


def _with_operand(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        return method(self, _operand(other, self.dtype))

    operator.__name__ = method.__name__
    return operator


def _operand(other: Any, dtype: str) -> Any:
    """Return the other operand as a tensor of the tensor's own type, as TensorFlow 1 made it.

    Keras 3 would make float64 of a float32 tensor times np.float64(2), and takes the product of
    a tensor and a plain number to be sparse.
    """
    if is_symbolic(other) or tf.is_tensor(other):
        return other
    if isinstance(other, keras.Variable):
        return as_symbolic(other)
    array = np.asarray(other)
    if np.issubdtype(array.dtype, np.floating) and 'float' not in dtype:
        return as_symbolic(array, 'float32')
    return as_symbolic(array, dtype if array.dtype.kind in 'iuf' else None)


def _getitem(self: Any, key: Any) -> Any:
    """Return `self[key]`, with a key that may hold symbolic integers."""
    parts = list(key) if isinstance(key, tuple) else [key]
    ends = [(part.start, part.stop, part.step) if isinstance(part, slice) else (part,) for part in parts]
    tensors = [end for group in ends for end in group if is_symbolic(end)]
    if not tensors:
        return Slice(key).symbolic_call(self)

    def sliced(tensor: Any, *values: Any) -> Any:
        found = iter(values)
        filled = [[next(found) if is_symbolic(end) else end for end in group] for group in ends]
        return tensor[
            tuple(
                slice(*group) if isinstance(part, slice) else group[0] for part, group in zip(parts, filled)
            )
        ]

    return Expression(sliced, 'getitem').symbolic_call(self, *tensors)


class TensorFlowFunctions(tf.__internal__.dispatch.GlobalOpDispatcher):  # type: ignore[misc]
    """Makes TensorFlow's own functions give symbolic tensors for symbolic arguments."""

    def handle(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Return a symbolic result, or NOT_SUPPORTED for calls that do not concern us."""
        if not any(is_symbolic(leaf) for leaf in tf.nest.flatten((args, kwargs))):
            return self.NOT_SUPPORTED
        known = _known_beforehand(function, args, kwargs) if function.__name__ in _OF_SHAPES else None
        return apply(function, *args, **kwargs) if known is None else Constant(known)


def _known_beforehand(function: Any, args: Any, kwargs: Any) -> Any:
    """Return what a function of the shape alone gives, or None if that is not fixed."""
    with _Graph().as_default():
        args, kwargs = map_leaves(_unfed, (args, kwargs))
        return tf.get_static_value(function(*args, **kwargs))


def _unfed(value: Any) -> Any:
    return tf.compat.v1.placeholder(value.dtype, value.shape) if is_symbolic(value) else value
