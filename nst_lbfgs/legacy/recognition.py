"""Whether two symbolic graphs compute the same, so that one trace serves both.

Some scripts build loss, gradient and function anew for every evaluation, which cost TensorFlow 1
next to nothing. Graphs are compared as they are written down here: operation by operation, with
what each reads by its place. What cannot be compared for certain counts as different, unless it
is the very same call.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .overrides import overrides_of
from .tensors import (
    Constant,
    Gradients,
    Tensor,
    Variable,
    ancestry,
    is_input,
    node_of,
    operation_of,
    source_of,
)

Signature = tuple[Any, ...]

_BOOKKEEPING = frozenset(
    ('_lock', '_auto_config', 'name', '_inbound_nodes', '_outbound_nodes', '_remat_mode')
)
_PLAIN = (bool, int, float, complex, str, bytes, types.NoneType, types.EllipsisType, np.dtype, tf.DType)
_OURS = 'nst_lbfgs.legacy.'  # makes its functions anew for every call, with what they need in closures
_LIBRARIES = ('keras.', 'tensorflow.', 'numpy', _OURS)


class _Incomparable(Exception):
    """Something that might compute anything."""


def signature(fed: Sequence[Tensor], outputs: Sequence[Tensor]) -> Signature:
    """Return what is equal for graphs from `fed` tensors to `outputs` that compute the same.

    It holds the identities of layers and placeholders: keep the graph alive for as long as the
    signature is used.
    """
    given = {id(tensor): place for place, tensor in enumerate(fed)}
    places: dict[int, int] = {}
    nodes: dict[int, int] = {}
    lines: list[Any] = []
    for tensor in ancestry(list(outputs), lambda t: id(t) in given):
        if id(tensor) in given:
            line: Any = ('fed', given[id(tensor)], tensor.shape, tensor.dtype)
        else:
            line = _line(tensor, places, nodes)
        places[id(tensor)] = len(lines)
        lines.append(line)
    config = (keras.config.floatx(), keras.config.epsilon(), keras.config.image_data_format())
    return (*config, tuple(lines), tuple(places[id(tensor)] for tensor in outputs))


def _line(tensor: Tensor, places: dict[int, int], nodes: dict[int, int]) -> Any:
    source = source_of(tensor)
    if source is not None:
        return ('stands for', places[id(source)])
    if isinstance(tensor, Constant):
        return ('constant', _frozen(tensor.value))
    if isinstance(tensor, Variable) or operation_of(tensor) is None or is_input(tensor):
        return ('leaf', id(tensor))
    node = node_of(tensor)
    call = nodes.setdefault(id(node), len(nodes))
    read = tuple(places[id(parent)] for parent in node.input_tensors)
    place = (call, tensor._keras_history.tensor_index, read)
    return (place, _call(node), repr(overrides_of(node)))


def _call(node: Any) -> Any:
    """Return what a call computes from the tensors that it reads."""
    operation = node.operation
    try:
        given = _frozen([node.arguments.args, node.arguments.kwargs])
        if isinstance(operation, Gradients):
            return ('gradients', given)
        if not _is_of_a_library(type(operation)):
            raise _Incomparable
        if isinstance(operation, keras.layers.Layer):
            if isinstance(operation, keras.layers.Lambda):
                raise _Incomparable  # its function may read what has changed since
            return ('layer', id(operation), given)
        settings = {key: value for key, value in vars(operation).items() if key not in _BOOKKEEPING}
        return (type(operation), _frozen(settings), given)
    except _Incomparable:
        return ('this very call', id(node))


def _frozen(value: Any) -> Any:
    """Return a value as something equal only for what is the same; tensors by their place alone."""
    if isinstance(value, keras.KerasTensor):
        return 'tensor'
    if isinstance(value, _PLAIN):
        return (type(value), value)
    if isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
        return (value.dtype, value.shape, value.tobytes())
    if isinstance(value, (list, tuple)):
        return (type(value), tuple(map(_frozen, value)))
    if isinstance(value, dict):
        return (dict, tuple((key, _frozen(item)) for key, item in value.items()))
    if isinstance(value, slice):
        return (slice, _frozen([value.start, value.stop, value.step]))
    if isinstance(value, type) or callable(value):
        return _frozen_function(value)
    raise _Incomparable


def _frozen_function(function: Any) -> Any:
    if not _is_of_a_library(function):
        raise _Incomparable
    if not isinstance(function, types.FunctionType) or not function.__module__.startswith(_OURS):
        return id(function)
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return (function.__code__, _frozen(cells), _frozen(function.__defaults__))


def _is_of_a_library(thing: Any) -> bool:
    return str(getattr(thing, '__module__', '')).startswith(_LIBRARIES)
