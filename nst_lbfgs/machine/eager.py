"""Whether TensorFlow computes at once, as a search needs it."""

from __future__ import annotations

import tensorflow as tf

from ..errors import BackendError


def check_eager() -> None:
    """Raise BackendError inside `tf.Graph` or `tf.function`, where nothing is computed yet."""
    if not tf.executing_eagerly():
        raise BackendError(
            'Expected to be called where TensorFlow executes eagerly. '
            'Received: a call inside tf.Graph or tf.function.'
        )
