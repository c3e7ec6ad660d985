"""Functions of tensors, compiled by TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def compiled(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
    """Return a function compiled for arguments as these are: tensors, their specifications, or trees of them.

    It is a concrete function, for TensorFlow warns of one that is made anew for every transfer.
    """
    specifications = tf.nest.map_structure(
        lambda tensor: tf.TensorSpec(tensor.shape, tensor.dtype), arguments
    )
    # Autograph has nothing to convert, slowly.
    concrete: Callable[..., Any] = tf.function(function, autograph=False).get_concrete_function(
        *specifications
    )
    return concrete
