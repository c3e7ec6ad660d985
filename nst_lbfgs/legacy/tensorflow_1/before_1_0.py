"""Functions whose arguments had another order before TensorFlow 1.0; here they take both."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

_v1 = tf.compat.v1


def concat(values: Any = None, axis: Any = None, name: str = 'concat', *, concat_dim: Any = None) -> Any:
    """Return tensors joined: concat(values, axis), or concat(concat_dim, values) as before 1.0."""
    if concat_dim is not None:
        values, axis = (values if values is not None else axis), concat_dim
    elif isinstance(values, int) and not isinstance(axis, int):
        values, axis = axis, values
    return _v1.concat(values, axis, name)


def split(
    value: Any = None,
    num_or_size_splits: Any = None,
    axis: Any = 0,
    num: Any = None,
    name: str = 'split',
    *,
    split_dim: Any = None,
    num_split: Any = None,
) -> Any:
    """Return a tensor's parts: split(value, parts, axis), or split(split_dim, num_split, value)."""
    parts = num_or_size_splits if num_split is None else num_split
    if split_dim is not None:
        axis = split_dim
    elif isinstance(value, int) and not isinstance(axis, int):
        value, axis = axis, value
    return _v1.split(value, parts, axis, num, name)


OLD_FORMS: dict[str, Any] = {'concat': concat, 'split': split}
