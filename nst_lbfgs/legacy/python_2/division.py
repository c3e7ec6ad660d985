"""Python 2's `/`: of two integers, or of arrays of them, it gives the floor."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def divide(a: Any, b: Any) -> Any:
    """Return `a / b` as Python 2 did. Arrays and tensors whose elements are integers count as integers."""
    return operator.floordiv(a, b) if _is_integer(a) and _is_integer(b) else operator.truediv(a, b)


def divide_in_place(a: Any, b: Any) -> Any:
    """Return what `a /= b` made of `a` in Python 2; an array, for one, is changed itself."""
    if _is_integer(a) and _is_integer(b):
        a //= b
    else:
        a /= b
    return a


def divide_item(owner: Any, key: Any, b: Any) -> None:
    """Do `owner[key] /= b`."""
    owner[key] = divide_in_place(owner[key], b)


def divide_attribute(owner: Any, name: str, b: Any) -> None:
    """Do `owner.name /= b`."""
    setattr(owner, name, divide_in_place(getattr(owner, name), b))


class _Index:
    """`index[1:, :]` is what `array[1:, :]` hands to an array."""

    def __getitem__(self, key: Any) -> Any:
        return key


index = _Index()


def _is_integer(value: Any) -> bool:
    if isinstance(value, (int, np.integer)):
        return True
    kind = getattr(value, 'dtype', None)
    return str(getattr(kind, 'name', kind)).startswith(('int', 'uint', 'bool'))
