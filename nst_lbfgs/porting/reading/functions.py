"""Functions that are followed: Keras's backend, NumPy and pictures, on sample values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .values import UNKNOWN, Batch, Number, Picture, Placeholder, Tensor, Terms, Text

Function = Callable[..., Any]
INTERPOLATIONS = ('nearest', 'bilinear', 'bicubic', 'lanczos')


def plain(value: Any) -> Any:
    """Return a value as NumPy and Python know it."""
    if isinstance(value, (Number, Text, Terms)):
        return value.value
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, (tuple, list)):
        return type(value)(plain(part) for part in value)
    if isinstance(value, slice):
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return value


def _sources(values: Any) -> frozenset[tuple[int, str]]:
    found: frozenset[tuple[int, str]] = frozenset()
    for value in values:
        if isinstance(value, (list, tuple)):
            found |= _sources(value)
        elif isinstance(value, Tensor):
            found |= value.sources
        elif isinstance(value, Terms):
            found = found.union(*(term.sources for term in value.terms))
    return found


def on_arrays(function: Function) -> Function:
    """Return a NumPy function that takes and gives tensors; of others than tensors it is not followed."""

    def followed(*arguments: Any, **named: Any) -> Any:
        everything = [*arguments, *named.values()]
        sources = _sources(everything)
        if any(argument is UNKNOWN for argument in everything) or not sources:
            return UNKNOWN
        values = {name: plain(value) for name, value in named.items()}
        return Tensor(np.asarray(function(*(plain(argument) for argument in arguments), **values)), sources)

    return followed


def _reduced(function: Function) -> Function:
    def reduced(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    return reduced


def _batch_flatten(x: Any) -> Any:
    return x.reshape(x.shape[0], -1)


def _pow(x: Any, a: Any) -> Any:
    return np.power(x, a)


_ARRAYS: dict[str, Function] = {
    'abs': np.abs,
    'batch_flatten': _batch_flatten,
    'clip': np.clip,
    'dot': np.dot,
    'exp': np.exp,
    'expand_dims': np.expand_dims,
    'flatten': np.ravel,
    'log': np.log,
    'maximum': np.maximum,
    'max': _reduced(np.max),
    'mean': _reduced(np.mean),
    'permute_dimensions': np.transpose,
    'pow': _pow,
    'prod': _reduced(np.prod),
    'reshape': np.reshape,
    'sqrt': np.sqrt,
    'square': np.square,
    'sum': _reduced(np.sum),
    'transpose': np.transpose,
}
_TENSORFLOW = {
    'abs': 'abs',
    'matmul': 'dot',
    'pow': 'pow',
    'reduce_mean': 'mean',
    'reduce_sum': 'sum',
    'reshape': 'reshape',
    'square': 'square',
    'transpose': 'transpose',
}


def _shape(x: Any) -> Any:
    array = plain(x)
    return tuple(Number(side) for side in array.shape) if hasattr(array, 'shape') else UNKNOWN


def _ndim(x: Any) -> Any:
    if isinstance(x, Placeholder):
        return Number(len(x.shape))
    array = plain(x)
    return Number(array.ndim) if hasattr(array, 'ndim') else UNKNOWN


def _first(x: Any, *_others: Any, **_named: Any) -> Any:
    return x


def _variable(value: Any, *_others: Any, **_named: Any) -> Any:
    """`K.variable`: a loss begins as one of 0."""
    return Terms() if isinstance(value, Number) and value.value == 0 else value


def _placeholder(shape: Any = None, **_named: Any) -> Any:
    return Placeholder(tuple(shape[1:])) if isinstance(shape, (tuple, list)) else UNKNOWN


def _concatenate(parts: Any, axis: Any = None) -> Any:
    are_pictures = all(isinstance(part, (Picture, Placeholder)) for part in parts)
    return Batch(tuple(parts)) if are_pictures else UNKNOWN


def _load_img(path: Any, grayscale: Any = None, target_size: Any = None, **named: Any) -> Any:
    if not isinstance(path, Text):
        return UNKNOWN
    how = plain(named.get('interpolation', Text('nearest', '')))
    size = tuple(target_size) if isinstance(target_size, (tuple, list)) else None
    return Picture(path, size, how if size else '')


def _open(path: Any, *_mode: Any) -> Any:
    return Picture(path) if isinstance(path, Text) else UNKNOWN


def _imresize(picture: Any, size: Any, interp: Any = Text('bilinear', '')) -> Any:
    if not isinstance(picture, Picture) or not isinstance(size, (tuple, list)):
        return UNKNOWN
    return replace(picture, size=tuple(size[:2]), resampling=plain(interp))


def _preprocess(picture: Any, *_others: Any, **_named: Any) -> Any:
    return replace(picture, prepared='preprocess_input') if isinstance(picture, Picture) else UNKNOWN


def _noise(*_arguments: Any, **_named: Any) -> Any:
    return Picture(None)


_BACKEND: dict[str, Function] = {
    **{name: on_arrays(function) for name, function in _ARRAYS.items()},
    'cast': _first,
    'concatenate': _concatenate,
    'constant': _variable,
    'int_shape': _shape,
    'ndim': _ndim,
    'placeholder': _placeholder,
    'shape': _shape,
    'variable': _variable,
}
_PICTURES: dict[str, Function] = {
    'PIL.Image.open': _open,
    'keras.preprocessing.image.img_to_array': _first,
    'keras.preprocessing.image.load_img': _load_img,
    'scipy.misc.imread': _open,
    'scipy.misc.imresize': _imresize,
    **{f'keras.applications.{network}.preprocess_input': _preprocess for network in ('vgg16', 'vgg19')},
    'keras.applications.imagenet_utils.preprocess_input': _preprocess,
    **{
        f'numpy.random.{name}': _noise for name in ('normal', 'rand', 'randint', 'randn', 'random', 'uniform')
    },
    **{f'numpy.{name}': _first for name in ('array', 'asarray', 'copy', 'expand_dims', 'float32', 'float64')},
}
FUNCTIONS: dict[str, Function] = {
    **{f'keras.backend.{name}': function for name, function in _BACKEND.items()},
    **{f'tensorflow.{name}': _BACKEND[old] for name, old in _TENSORFLOW.items()},
    **_PICTURES,
}
# Methods that leave a picture the same picture.
SAME_PICTURE = ('astype', 'copy', 'convert', 'eval', 'flatten', 'reshape', 'ravel', 'transpose')


def resized(picture: Picture, arguments: Sequence[Any]) -> Any:
    """Do Pillow's `picture.resize((columns, rows), how)`."""
    size = arguments[0] if arguments else None
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        return UNKNOWN
    how = arguments[1].value if len(arguments) > 1 and isinstance(arguments[1], Text) else 'bicubic'
    return replace(picture, size=(size[1], size[0]), resampling=how)
