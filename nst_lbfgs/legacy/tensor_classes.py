"""What scripts compare a tensor's class with: `tf.Tensor`, and where TensorFlow 1 kept it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.framework import ops

from .replacements import replace
from .tensors import is_symbolic

_tensor: Any = tf.Tensor


def restore_tensor_classes(undo: ExitStack) -> None:
    """Make checks of a tensor's class true for symbolic tensors: they are what `Tensor` was."""
    replace(undo, ops, 'Tensor', keras.KerasTensor)
    replace(undo, tf, 'Tensor', _Tensor)


class _TensorClass(type(_tensor)):  # type: ignore[misc]
    """The class of `tf.Tensor`: symbolic tensors and TensorFlow's own are its instances."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return is_symbolic(instance) or isinstance(instance, _tensor)

    def __eq__(cls, other: object) -> bool:
        return cls is other or other is keras.KerasTensor or other is _tensor

    def __hash__(cls) -> int:
        return hash(_tensor)


class _Tensor(_tensor, metaclass=_TensorClass):  # type: ignore[misc]
    """What a script finds as `tf.Tensor`."""
