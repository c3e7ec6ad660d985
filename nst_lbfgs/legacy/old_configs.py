"""Networks as Keras 1 and 2 described them: in JSON (`model.to_json()`) and in HDF5 files."""

from __future__ import annotations

import copy
import json
from typing import Any

import keras

_saving = keras.src.legacy.saving
_from_config = _saving.saving_utils.model_from_config
_training = _saving.saving_utils.compile_args_from_training_config
_json_today = keras.models.model_from_json

# Classes that have another name since Keras 2.
_RENAMED = {
    'AtrousConvolution2D': 'Conv2D',
    'Convolution1D': 'Conv1D',
    'Convolution2D': 'Conv2D',
    'Convolution3D': 'Conv3D',
    'Deconvolution2D': 'Conv2DTranspose',
    'Model': 'Functional',
    'SeparableConvolution2D': 'SeparableConv2D',
}
# Keras 3 does not find these in a file by their short names.
_LOSSES = {
    'mae': 'mean_absolute_error',
    'mape': 'mean_absolute_percentage_error',
    'mse': 'mean_squared_error',
    'msle': 'mean_squared_logarithmic_error',
}
_KEPT_FROM_KERAS_1 = ('input_dtype', 'input_dim', 'input_length')  # said again by the batch's shape


def model_from_config(config: Any, custom_objects: Any = None) -> Any:
    """Return the network, with new weights, that a dictionary of any Keras describes."""
    with _saving.saving_options.keras_option_scope(use_legacy_config=True):
        return _from_config(_as_in_keras_2_3(copy.deepcopy(config)), custom_objects)


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """Return the network, with new weights, that a text describes. Raises ValueError for no JSON."""
    config = json.loads(json_string)
    if 'module' in config:  # Keras 3's own
        return _json_today(json_string, custom_objects)
    return model_from_config(config, custom_objects)


def layer_from_config(config: Any, custom_objects: Any = None) -> Any:
    """Return the layer that `{'class_name': ..., 'config': ...}` describes."""
    return model_from_config(config, custom_objects)


def patch_configs() -> None:
    """Let HDF5 files with older descriptions be loaded too."""
    _saving.saving_utils.model_from_config = model_from_config
    _saving.saving_utils.compile_args_from_training_config = _compile_arguments


def _compile_arguments(training_config: dict[str, Any], custom_objects: Any = None) -> Any:
    """Return what a network in a file was compiled with."""
    named = dict(training_config)
    for what in ('loss', 'metrics'):
        if named.get(what) is not None:
            named[what] = keras.tree.map_structure(_in_full, named[what])
    return _training(named, custom_objects)


def _in_full(name: Any) -> Any:
    return _LOSSES.get(name, name) if isinstance(name, str) else name


def _as_in_keras_2_3(config: Any) -> Any:
    """Return a description of a layer or a network, and those within it, in the last older form."""
    found = config['config']
    config['class_name'] = _RENAMED.get(config['class_name'], config['class_name'])
    if config['class_name'] == 'Sequential' and isinstance(found, list):
        found = config['config'] = {'name': None, 'layers': found}
    if isinstance(found.get('layers'), list):
        found['layers'] = [_as_in_keras_2_3(layer) for layer in found['layers']]
    if isinstance(found.get('layer'), dict):
        found['layer'] = _as_in_keras_2_3(found['layer'])
    if config['class_name'] != 'InputLayer' and 'batch_input_shape' in found:
        found['batch_shape'] = found.pop('batch_input_shape')  # Keras 3 takes the batch's length for a row's
    if 'input_dtype' in found:
        for name in _KEPT_FROM_KERAS_1:
            found.pop(name, None)
    return config
