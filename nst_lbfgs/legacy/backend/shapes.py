"""The backend's rearrangements: joining, cutting, reshaping, padding, resizing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from ..tensors import Concatenation, Constant, Tensor, on_tensors
from .state import data_format_named

__all__ = [
    'arange',
    'batch_flatten',
    'concatenate',
    'expand_dims',
    'flatten',
    'gather',
    'one_hot',
    'permute_dimensions',
    'repeat',
    'repeat_elements',
    'reshape',
    'resize_images',
    'reverse',
    'slice',
    'spatial_2d_padding',
    'squeeze',
    'stack',
    'tile',
]


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Tensor:
    """Return tensors joined along an axis."""
    parts = list(tensors)
    rank = len(parts[0].shape)
    return on_tensors(Concatenation(axis % rank if rank else 0), parts, label='concatenate')


def stack(x: Sequence[Any], axis: int = 0) -> Tensor:
    """Return tensors of one shape stacked along a new axis."""
    return on_tensors(lambda parts: tf.stack(parts, axis), list(x), label='stack')


def reshape(x: Any, shape: Any) -> Tensor:
    """Return a tensor in another shape, one length of which may be -1."""
    if isinstance(shape, (list, tuple)):
        return (
            on_tensors(lambda t, s: tf.reshape(t, _lengths(s)), x, list(shape), label='reshape')
            if _has_tensors(shape)
            else on_tensors(lambda t: tf.reshape(t, shape), x, label='reshape')
        )
    return on_tensors(tf.reshape, x, shape, label='reshape')


def _lengths(sizes: Sequence[Any]) -> list[Any]:
    return [tf.cast(size, tf.int32) for size in sizes]


def _has_tensors(sizes: Sequence[Any]) -> bool:
    return any(
        not isinstance(size, int)
        and hasattr(size, 'dtype')
        and len(size.shape) == 0
        and not hasattr(size, 'item')
        for size in sizes
    )


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Tensor:
    """Return a tensor with its axes in the order of `pattern`."""
    return on_tensors(lambda t: tf.transpose(t, list(pattern)), x, label='permute_dimensions')


def flatten(x: Any) -> Tensor:
    """Return a tensor as one axis."""
    return on_tensors(lambda t: tf.reshape(t, [-1]), x, label='flatten')


def batch_flatten(x: Any) -> Tensor:
    """Return a tensor as two axes, the first kept."""

    def flat(tensor: Any) -> Any:
        sizes = tensor.shape[1:]
        columns = sizes.num_elements() or tf.reduce_prod(tf.shape(tensor)[1:])
        return tf.reshape(tensor, tf.stack([-1, columns]))

    return on_tensors(flat, x, label='batch_flatten')


def expand_dims(x: Any, axis: int = -1, dim: int | None = None) -> Tensor:
    """Return a tensor with a new axis of length 1 (`dim` was the argument's name in Keras 1)."""
    where = axis if dim is None else dim
    return on_tensors(lambda t: tf.expand_dims(t, where), x, label='expand_dims')


def squeeze(x: Any, axis: int) -> Tensor:
    """Return a tensor without an axis of length 1."""
    return on_tensors(lambda t: tf.squeeze(t, [axis]), x, label='squeeze')


def repeat(x: Any, n: int) -> Tensor:
    """Return a matrix (batch, dim) repeated to (batch, n, dim)."""
    return on_tensors(lambda t: tf.tile(tf.expand_dims(t, 1), [1, n, 1]), x, label='repeat')


def repeat_elements(x: Any, rep: int, axis: int) -> Tensor:
    """Return a tensor with each element repeated along an axis, as np.repeat."""
    return on_tensors(lambda t: tf.repeat(t, rep, axis), x, label='repeat_elements')


def tile(x: Any, n: Any) -> Tensor:
    """Return a tensor repeated n[i] times along axis i."""
    times = [n] if isinstance(n, int) else list(n)
    return on_tensors(lambda t: tf.tile(t, times), x, label='tile')


def reverse(x: Any, axes: int | Sequence[int]) -> Tensor:
    """Return a tensor reversed along the given axes."""
    over = [axes] if isinstance(axes, int) else list(axes)
    return on_tensors(lambda t: tf.reverse(t, over), x, label='reverse')


def slice(x: Any, start: Sequence[int], size: Sequence[int]) -> Tensor:
    """Return the part of a tensor that begins at `start` and has the given size."""
    return on_tensors(lambda t: tf.slice(t, list(start), list(size)), x, label='slice')


def gather(reference: Any, indices: Any) -> Tensor:
    """Return the rows of `reference` at integer `indices`."""
    return on_tensors(lambda t, i: tf.gather(t, tf.cast(i, tf.int32)), reference, indices, label='gather')


def one_hot(indices: Any, num_classes: int) -> Tensor:
    """Return integers as rows with a one at their place."""
    return on_tensors(lambda t: tf.one_hot(tf.cast(t, tf.int32), num_classes), indices, label='one_hot')


def arange(start: int, stop: int | None = None, step: int = 1, dtype: str = 'int32') -> Constant:
    """Return a range of integers."""
    return Constant(tf.range(*((0, start) if stop is None else (start, stop)), step, dtype=dtype).numpy())


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None, dim_ordering: str | None = None
) -> Tensor:
    """Return pictures with zeros around them: ((top, bottom), (left, right))."""
    (top, bottom), (left, right) = ((p, p) if isinstance(p, int) else tuple(p) for p in padding)
    rows = [[top, bottom], [left, right]]
    first = data_format_named(data_format or dim_ordering) == 'channels_first'
    widths = [[0, 0], [0, 0], *rows] if first else [[0, 0], *rows, [0, 0]]
    return on_tensors(lambda t: tf.pad(t, widths), x, label='spatial_2d_padding')


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = 'nearest',
) -> Tensor:
    """Return pictures enlarged by whole factors, by repetition or bilinear interpolation."""
    first = data_format_named(data_format) == 'channels_first'

    def resized(tensor: Any) -> Any:
        pictures = tf.transpose(tensor, [0, 2, 3, 1]) if first else tensor
        size = tf.shape(pictures)[1:3] * [height_factor, width_factor]
        pictures = tf.image.resize(pictures, size, interpolation)
        return tf.transpose(pictures, [0, 3, 1, 2]) if first else pictures

    return on_tensors(resized, x, label='resize_images')
