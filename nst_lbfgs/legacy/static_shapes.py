"""Static shapes as TensorFlow 1 gave them: `x.shape[1].value`, `x.get_shape().as_list()`.

Keras 3 and TensorFlow 2 have plain numbers there, and None for a length that is not fixed. They
go on to see these; a script sees what it was written for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import tensorflow as tf

from .replacements import replace
from .settings import SETTINGS

_UNKNOWN = tf.compat.v1.Dimension(None)
_LIBRARIES = frozenset(('keras', 'tensorflow', 'nst_lbfgs', 'numpy', 'scipy'))
_ARITHMETIC = [f'__{side}{name}__' for side in ('', 'r') for name in ('add', 'sub', 'mul', 'floordiv', 'mod')]
_COMPARISONS = ('__eq__', '__ne__', '__lt__', '__le__', '__gt__', '__ge__')


class Dimension(int):
    """A fixed length: an integer that has TensorFlow 1's `.value`, as have the results of its
    arithmetic with integers."""

    @property
    def value(self) -> int:
        """The length as a plain integer."""
        return int(self)

    def __repr__(self) -> str:
        return f'Dimension({int(self)})'

    def __str__(self) -> str:
        return str(int(self))

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [int(value) if isinstance(value, Dimension) else value for value in inputs]
        return _as_dimension(getattr(ufunc, method)(*plain, **kwargs))


def _arithmetic(compute: Callable[[int, Any], Any]) -> Callable[[Dimension, Any], Any]:
    return lambda self, other: _as_dimension(compute(self, other))


def _comparison(compare: Callable[[int, Any], Any]) -> Callable[[Dimension, Any], Any]:
    """Compare as integers do; TensorFlow 1 gave None for a comparison with None."""

    def compared(self: Dimension, other: Any) -> Any:
        if other is None and SETTINGS.tensorflow_1_shapes and _is_script(sys._getframe(1)):
            return None
        return compare(self, other)

    return compared


for _name in _ARITHMETIC:
    setattr(Dimension, _name, _arithmetic(getattr(int, _name)))
for _name in _COMPARISONS:
    setattr(Dimension, _name, _comparison(getattr(int, _name)))


def _as_dimension(result: Any) -> Any:
    whole = isinstance(result, (int, np.integer)) and not isinstance(result, (bool, np.bool_))
    return Dimension(result) if whole else result


class StaticShape(tuple[Any, ...]):
    """A tensor's static shape: a tuple of lengths with the methods of TensorFlow 1's TensorShape.

    It holds `Dimension`s, and None for lengths that are not fixed; in a script that runs under
    TensorFlow 1's rules these read as `Dimension(None)`, which has `.value` too.
    """

    def __new__(cls, sizes: Any) -> StaticShape:
        """Take lengths as integers, Dimensions of either kind, or None."""
        lengths = (getattr(size, 'value', size) for size in tuple.__iter__(tuple(sizes)))
        return super().__new__(cls, (None if n is None else Dimension(n) for n in lengths))

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if isinstance(key, slice):
            return StaticShape(found)
        return _length_for_script(found) if _is_script(sys._getframe(1)) else found

    def __iter__(self) -> Iterator[Any]:
        lengths = super().__iter__()
        return map(_length_for_script, lengths) if _is_script(sys._getframe(1)) else lengths

    def as_list(self) -> list[int | None]:
        """Return the lengths as plain integers, None where they are not fixed."""
        return [None if size is None else int(size) for size in super().__iter__()]

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return getattr(tf.TensorShape(self.as_list()), name)

    def __str__(self) -> str:
        sizes = ['?' if size is None else str(size) for size in super().__iter__()]
        return f'({", ".join(sizes)}{"," if len(sizes) == 1 else ""})'

    def __array_function__(self, function: Any, _types: Any, args: Any, kwargs: Any) -> Any:
        """Compute NumPy's functions on the lengths; a whole number is a Dimension again."""
        given = {name: _as_array(value) for name, value in kwargs.items()}
        return _as_dimension(function(*map(_as_array, args), **given))


def _as_array(value: Any) -> Any:
    if not isinstance(value, StaticShape):
        return value
    sizes = list(tuple.__iter__(value))
    if None not in sizes:
        return np.array(sizes, dtype=int)
    return np.array([_UNKNOWN if size is None else size for size in sizes], dtype=object)


def shape_for_caller(shape: tuple[int | None, ...]) -> tuple[Any, ...]:
    """Return a shape as whoever asked for it expects it, two calls up: libraries a plain tuple."""
    return StaticShape(shape) if _is_script(sys._getframe(2)) else shape


def restore_dimensions(undo: ExitStack) -> None:
    """Make the shapes of TensorFlow's own tensors, as in a Lambda layer, give a script Dimensions."""
    kind = tf.TensorShape
    getitem, iterate = kind.__getitem__, kind.__iter__

    def item(self: Any, key: Any) -> Any:
        found = getitem(self, key)
        if isinstance(key, slice) or not _is_script(sys._getframe(1)):
            return found
        return _length_for_script(found)

    def items(self: Any) -> Iterator[Any]:
        sizes = iterate(self)
        return map(_length_for_script, sizes) if _is_script(sys._getframe(1)) else sizes

    replace(undo, kind, '__getitem__', item)
    replace(undo, kind, '__iter__', items)


def _length_for_script(size: int | None) -> Any:
    if size is None:
        return _UNKNOWN if SETTINGS.tensorflow_1_shapes else None
    return Dimension(size)


def _is_script(frame: Any) -> bool:
    return str(frame.f_globals.get('__name__', '')).partition('.')[0] not in _LIBRARIES
