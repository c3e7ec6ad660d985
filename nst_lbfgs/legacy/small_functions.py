"""Small functions of old Keras that Keras 3 has no more: short names, initialisations, helpers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from .backend.math import sum as sum_
from .backend.nn import l2_normalize
from .backend.variables import variable
from .tensors import Tensor

Array = np.ndarray[Any, Any]


# --- losses, metrics


def cosine_proximity(y_true: Any, y_pred: Any) -> Tensor:
    """Return minus the cosine similarity along the last axis."""
    return -sum_(l2_normalize(y_true, axis=-1) * l2_normalize(y_pred, axis=-1), axis=-1)


def huber_loss(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Return Huber's loss along the last axis."""
    return keras.losses.huber(y_true, y_pred, delta)


# --- initialisations: Keras 0.3 and 1's functions of a shape that give a variable


def initialisation(name: str) -> Callable[..., Tensor]:
    """Return `keras.initializations.NAME`: a function of a shape that gives a K.variable."""

    def initialise(
        shape: Any, scale: float | None = None, name: str | None = None, dim_ordering: str = 'th'
    ) -> Tensor:
        return variable(np.asarray(_initializer(kind, scale)(tuple(shape))), name=name)

    kind = name
    initialise.__name__ = name
    return initialise


def _initializer(kind: str, scale: float | None) -> Any:
    initializers = keras.initializers
    if kind == 'uniform':
        limit = 0.05 if scale is None else scale
        return initializers.RandomUniform(-limit, limit)
    if kind == 'normal':
        return initializers.RandomNormal(stddev=0.05 if scale is None else scale)
    if kind in ('orthogonal', 'identity'):
        gain = {'orthogonal': 1.1, 'identity': 1.0}[kind] if scale is None else scale
        return getattr(initializers, kind.capitalize())(gain=gain)
    return initializers.get({'zero': 'zeros', 'one': 'ones'}.get(kind, kind))


def get_fans(shape: Any, dim_ordering: str = 'th') -> tuple[float, float]:
    """Return how many values go into a unit of a weight of this shape, and come out of it."""
    if len(shape) == 2:
        return shape[0], shape[1]
    if len(shape) in (4, 5):
        first = dim_ordering == 'th'
        field = np.prod(shape[2:] if first else shape[:-2])
        ins, outs = (shape[1], shape[0]) if first else shape[-2:]
        return ins * field, outs * field
    return (float(np.sqrt(np.prod(shape))),) * 2


# --- probabilities


def probas_to_classes(y_pred: Any) -> Array:
    """Return the class of each row of probabilities."""
    rows: Array = np.asarray(y_pred)
    several = rows.ndim > 1 and rows.shape[1] > 1
    return np.asarray(np.argmax(rows, axis=1) if several else rows > 0.5, dtype=int)


def categorical_probas_to_classes(p: Any) -> Array:
    """Return the most probable class of each row."""
    return np.asarray(np.argmax(p, axis=1))


# --- layers


def ThresholdedReLU(theta: float = 1.0, **kwargs: Any) -> Any:
    """Return a layer that is x above `theta` and 0 elsewhere."""
    return keras.layers.ReLU(threshold=theta, **kwargs)


# --- helpers


def list_pictures(directory: Any, ext: str = 'jpg|jpeg|bmp|png|ppm') -> list[str]:
    """Return the paths of a folder's pictures, and its folders', whose names end so."""
    endings = tuple(f'.{ending}' for ending in ext.split('|'))
    files = sorted(path for path in Path(directory).rglob('*') if path.is_file())
    return [str(path) for path in files if path.name.lower().endswith(endings)]


def to_list(x: Any, allow_tuple: bool = False) -> list[Any]:
    """Return a list as it is (a tuple as a list, if so wished), anything else in a list."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x: Any) -> Any:
    """Return what a list of one holds, anything else as it is."""
    return x[0] if len(x) == 1 else x


def object_list_uid(object_list: Any) -> str:
    """Return a text that tells one list of objects from another."""
    return ', '.join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(iterable_or_element: Any) -> bool:
    """Return whether there is nothing but None."""
    return all(x is None for x in to_list(iterable_or_element, allow_tuple=True))


def has_arg(fn: Callable[..., Any], name: str, accept_all: bool = False) -> bool:
    """Return whether a function takes an argument of this name (or any, by **kwargs)."""
    parameters = inspect.signature(fn).parameters
    every = accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    return every or name in parameters


def make_tuple(*args: Any) -> tuple[Any, ...]:
    """Return its arguments."""
    return args


def transpose_shape(shape: Any, target_format: str, spatial_axes: Any) -> tuple[Any, ...]:
    """Return a channels-last shape with its channels first, if that is the target format."""
    if target_format == 'channels_first':
        axes = shape[:1] + shape[-1:] + tuple(shape[axis] for axis in spatial_axes)
        return tuple(axes)
    return tuple(shape)


def print_summary(
    model: Any, line_length: int | None = None, positions: Any = None, print_fn: Any = None
) -> None:
    """Print a model's layers."""
    model.summary(line_length=line_length, positions=positions, print_fn=print_fn)


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """Return the length that a convolution gives."""
    if input_length is None:
        return None
    spread = filter_size + (filter_size - 1) * (dilation - 1)
    lost = {'same': 0, 'valid': spread - 1, 'causal': 0, 'full': 1 - spread}[padding]
    return (input_length - lost + stride - 1) // stride


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """Return the length that a convolution needs for an output of this length."""
    if output_length is None:
        return None
    pad = {'same': filter_size // 2, 'valid': 0, 'full': filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def normalize_padding(value: str) -> str:
    """Return a padding's name in small letters. Raises ValueError for what is none."""
    if value.lower() not in ('valid', 'same', 'causal', 'full'):
        raise ValueError(f"Expected padding 'valid', 'same', 'causal' or 'full'. Received: {value!r}")
    return value.lower()


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """Return n integers, from one for all or from n. Raises ValueError for anything else."""
    found = (value,) * n if isinstance(value, int) else tuple(value)
    if len(found) != n:
        raise ValueError(f'Expected {n} integers for {name}. Received: {value!r}')
    return tuple(int(size) for size in found)
