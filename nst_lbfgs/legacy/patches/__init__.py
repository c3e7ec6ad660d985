"""The additions to Keras 3's classes, made once."""

from __future__ import annotations

import keras

from ...errors import LegacyError
from .layers import patch_layers
from .saving import patch_saving
from .tensors import patch_tensors
from .training import patch_training

_done: list[bool] = []


def patch_keras() -> None:
    """Add what old scripts use to Keras 3's classes, in this process, unless it is done.

    Raises LegacyError if Keras computes with another backend than TensorFlow.
    """
    if keras.config.backend() != 'tensorflow':
        raise LegacyError(
            'Expected Keras with TensorFlow as its backend. '
            f'Received: {keras.config.backend()!r}; unset KERAS_BACKEND'
        )
    if not _done:
        _done.append(True)
        patch_tensors()
        patch_layers()
        patch_training()
        patch_saving()
