"""Models and weights saved as Keras 1 and 2 did: HDF5, whatever the file is called."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import h5py
import keras

from ..old_configs import patch_configs

_format = keras.src.legacy.saving.legacy_h5_format


def patch_saving() -> None:
    """Let Keras's models save themselves under any name."""
    patch_configs()
    keras.Model.save = _saving(keras.Model.save, save_model)
    keras.Model.save_weights = _saving(keras.Model.save_weights, save_weights)


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Write a model with its weights to an HDF5 file."""
    _format.save_model_to_hdf5(model, str(filepath), overwrite, include_optimizer)


def save_weights(model: Any, filepath: Any, overwrite: bool = True, **_ignored: Any) -> None:
    """Write a model's weights to an HDF5 file. Raises FileExistsError for one that is not to be replaced."""
    if not overwrite and os.path.exists(filepath):
        raise FileExistsError(f'Expected a file that does not exist. Received: {filepath}')
    with h5py.File(filepath, 'w') as file:
        _format.save_weights_to_hdf5_group(file, model)


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, **kwargs: Any) -> Any:
    """Return the model in an HDF5 file of any name, or in one of Keras 3's own.

    Raises OSError if there is no such file.
    """
    if os.path.isfile(filepath) and h5py.is_hdf5(filepath):
        return _format.load_model_from_hdf5(str(filepath), custom_objects, compile, safe_mode=False)
    if not os.path.exists(filepath):
        raise OSError(f'Unable to open file (unable to open file: name = {str(filepath)!r})')
    return keras.saving.load_model(filepath, custom_objects, compile, **kwargs)


def _saving(newer: Callable[..., Any], older: Callable[..., Any]) -> Callable[..., Any]:
    """Save as Keras 3 does under the names that only Keras 3 has, else as the older did."""

    @functools.wraps(newer)
    def wrapped(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        modern = str(filepath).endswith(('.keras', '.weights.h5'))
        return (newer if modern else older)(self, filepath, *args, **kwargs)

    return wrapped
