"""Weights as Keras 0.3 to 2 stored them.

Three things differ from today: files that hold `layer_k/param_p` (Keras 0.3, `vgg16_weights.h5`),
kernels in the 'th' layout (filters, channels, rows, columns) instead of (rows, columns, channels,
filters), and Theano's convolution, which turns kernels by 180 degrees. Kernels in the 'th' layout
are taken to be Theano's, as Keras's default was then, and are turned; files whose names say
`tf_kernels` are not. `convert_all_kernels_in_model` knows which kernels were turned already.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from .settings import RANDOM_WEIGHTS

Array = np.ndarray[Any, Any]


def set_layer_weights(layer: Any, weights: Any, *, turn: bool = True) -> None:
    """Set a layer's weights from arrays or h5py datasets, old layouts included.

    turn: whether kernels in the 'th' layout are Theano's. Raises ValueError for wrong shapes.
    """
    arrays = [np.asarray(weight) for weight in weights]
    variables = layer.weights
    if len(arrays) != len(variables):
        raise ValueError(
            f'Expected {len(variables)} weights for layer {layer.name!r}. Received: {len(arrays)}'
        )
    for variable, array in zip(variables, arrays):
        fitted = _fitted(array, tuple(variable.shape), turn)
        if fitted.shape != tuple(variable.shape):
            raise ValueError(
                f'Expected weights of shape {tuple(variable.shape)} for layer '
                f'{layer.name!r}. Received: {array.shape}'
            )
        if fitted is not array and turn:
            layer._legacy_kernels_turned = True
        variable.assign(fitted)


def _fitted(array: Array, shape: tuple[int, ...], turn: bool) -> Array:
    if array.shape == shape or array.ndim != 4:
        return array
    kernel: Array = array.transpose(2, 3, 1, 0)
    return kernel[::-1, ::-1] if turn else kernel


def load_old_weights(model: Any, filepath: Any, by_name: bool = False, **_ignored: Any) -> bool:
    """Load an HDF5 file of Keras 0.3 to 2 into a model; return false if it is another's.

    Layers are matched in order, as the original did, or by name.
    """
    if isinstance(filepath, RandomWeights):
        randomise(model)
        return True
    if not _is_old_file(filepath):
        return False
    turn = 'tf_kernels' not in Path(filepath).name
    with h5py.File(filepath, 'r') as file:
        stored = _stored_layers(file)
    if by_name:
        pairs = [
            (model.get_layer(name), arrays)
            for name, arrays in stored
            if name in {layer.name for layer in model.layers}
        ]
    else:
        pairs = _in_order(model, [arrays for _, arrays in stored if arrays])
    for layer, arrays in pairs:
        if arrays:
            set_layer_weights(layer, arrays, turn=turn)
    return True


def _is_old_file(filepath: Any) -> bool:
    name = os.fspath(filepath)
    if name.endswith('.weights.h5') or not os.path.isfile(name) or not h5py.is_hdf5(name):
        return False
    with h5py.File(name, 'r') as file:
        return any(key in file.attrs for key in ('nb_layers', 'layer_names')) or 'model_weights' in file


def _stored_layers(file: Any) -> list[tuple[str, list[Array]]]:
    group = file['model_weights'] if 'model_weights' in file else file
    if 'nb_layers' in group.attrs:
        names = [f'layer_{k}' for k in range(group.attrs['nb_layers'])]
        return [
            (name, [group[name][f'param_{p}'][()] for p in range(group[name].attrs['nb_params'])])
            for name in names
        ]
    names = [_text(name) for name in group.attrs['layer_names']]
    return [
        (name, [group[name][_text(weight)][()] for weight in group[name].attrs['weight_names']])
        for name in names
    ]


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _in_order(model: Any, stored: list[list[Array]]) -> list[tuple[Any, list[Array]]]:
    layers = [layer for layer in model.layers if layer.weights]
    if len(stored) < len(layers):
        raise ValueError(
            f'Expected a file with weights for {len(layers)} layers. Received: one with {len(stored)}'
        )
    return list(zip(layers, stored))


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn every convolution's kernels between Theano's convention and TensorFlow's.

    Kernels that loading turned already are left as they are: they are TensorFlow's.
    """
    for layer in model.layers:
        if getattr(layer, '_legacy_kernels_turned', False):
            layer._legacy_kernels_turned = False
        elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
            layer.kernel.assign(convert_kernel(np.asarray(layer.kernel)))


def convert_kernel(kernel: Array) -> Array:
    """Return a kernel (rows, columns, channels, filters) turned by 180 degrees."""
    turned: Array = kernel[::-1, ::-1].copy()
    return turned


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: tuple[int, int, int], target_data_format: str = 'channels_first'
) -> None:
    """Reorder a dense layer's kernel for a flattened picture whose channels move to the other end.

    previous_feature_map_shape: the picture's, in the data format that it gets.
    """
    kernel, *bias = dense.get_weights()
    if target_data_format == 'channels_first':
        channels, rows, columns = previous_feature_map_shape
        moved = kernel.reshape(rows, columns, channels, -1).transpose(2, 0, 1, 3)
    else:
        rows, columns, channels = previous_feature_map_shape
        moved = kernel.reshape(channels, rows, columns, -1).transpose(1, 2, 0, 3)
    dense.set_weights([moved.reshape(kernel.shape), *bias])


class RandomWeights(str):
    """Stands for a weights file where random weights were asked for."""


def random_file() -> RandomWeights:
    """Return what to give to `load_weights` for random weights."""
    return RandomWeights(RANDOM_WEIGHTS)


def randomise(model: Any, seed: int = 0) -> None:
    """Fill a model's kernels with He-normal numbers of a fixed seed; biases become 0."""
    generator = np.random.default_rng(seed)
    for layer in model.layers:
        for name in ('kernel', 'depthwise_kernel', 'pointwise_kernel'):
            kernel = getattr(layer, name, None)
            if kernel is not None:
                shape = [int(size) for size in kernel.shape]
                scale = np.sqrt(2.0 / np.prod(shape[:-1]))
                kernel.assign(generator.normal(0.0, scale, shape).astype('float32'))
