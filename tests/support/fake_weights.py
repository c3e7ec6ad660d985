"""Small and broken weight files for the tests, written without the code under test."""

from __future__ import annotations

import math
import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import h5py
import numpy as np

from nst_lbfgs.network.layers import CONVOLUTIONS

TINY_LAYERS = tuple((name, 2 if index else 3, 2) for index, (name, _, _) in enumerate(CONVOLUTIONS))


def tiny_arrays(seed: int = 0) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Name, kernel (3, 3, inputs, 2) and bias (2,) of every layer of a thin VGG19."""
    random = np.random.default_rng(seed)
    return [
        (
            name,
            random.normal(size=(3, 3, inputs, filters)).astype(np.float32),
            random.uniform(0.5, 1.5, size=filters).astype(np.float32),
        )
        for name, inputs, filters in TINY_LAYERS
    ]


def write_legacy_h5(path: Path, arrays: list[tuple[str, Any, Any]], group: str = '/') -> Path:
    """Write arrays in the layout of Keras 2: names in attributes, pooling layers without any."""
    with h5py.File(path, 'a') as file:
        root = file.require_group(group)
        root.attrs['layer_names'] = ['input_1', *(name for name, _, _ in arrays)]
        root.create_group('input_1').attrs['weight_names'] = np.array([])
        for name, kernel, bias in arrays:
            layer = root.create_group(name)
            layer.attrs['weight_names'] = [f'{name}/kernel:0', f'{name}/bias:0']
            layer[f'{name}/kernel:0'] = kernel
            layer[f'{name}/bias:0'] = bias
    return path


def write_keras3_h5(path: Path, arrays: list[tuple[str, Any, Any]]) -> Path:
    """Write arrays in the layout of Keras 3's `*.weights.h5`: numbered by class."""
    with h5py.File(path, 'w') as file:
        file.create_group('layers/input_layer/vars')
        for index, (_, kernel, bias) in enumerate(arrays):
            layer = file.create_group(f'layers/conv2d_{index}' if index else 'layers/conv2d')
            layer['vars/0'] = kernel
            layer['vars/1'] = bias
    return path


def write_hollow_vgg19(path: Path) -> Path:
    """Write a file of VGG19's full shapes in a few kilobytes: its numbers were never allocated."""
    with h5py.File(path, 'w') as file:
        file.attrs['layer_names'] = [name for name, _, _ in CONVOLUTIONS]
        for name, inputs, filters in CONVOLUTIONS:
            layer = file.create_group(name)
            layer.attrs['weight_names'] = ['kernel:0', 'bias:0']
            layer.create_dataset('kernel:0', (3, 3, inputs, filters), '<f4')
            layer.create_dataset('bias:0', (filters,), '<f4')
    return path


class _Storage:
    def __init__(self, key: str, numbers: np.ndarray) -> None:
        self.key = key
        self.numbers = numbers


class _Tensor:
    def __init__(self, storage: _Storage, shape: tuple[int, ...]) -> None:
        self.storage = storage
        self.shape = shape

    def __reduce__(self) -> tuple[Any, ...]:
        strides = tuple(math.prod(self.shape[axis + 1 :]) for axis in range(len(self.shape)))
        return (
            sys.modules['torch._utils']._rebuild_tensor_v2,
            (self.storage, 0, self.shape, strides, False, None),
        )


def _fake_torch() -> dict[str, ModuleType]:
    """Modules that let pickle write torch's names where torch is not installed."""
    torch, utils = ModuleType('torch'), ModuleType('torch._utils')

    def rebuild(*arguments: Any) -> None:
        """Never called: only its name is pickled."""

    rebuild.__module__, rebuild.__qualname__ = 'torch._utils', '_rebuild_tensor_v2'
    utils._rebuild_tensor_v2 = rebuild
    torch._utils = utils
    torch.FloatStorage = type('FloatStorage', (), {'__module__': 'torch'})
    return {'torch': torch, 'torch._utils': utils}


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> tuple[Any, ...] | None:
        if not isinstance(obj, _Storage):
            return None
        kind = sys.modules['torch'].FloatStorage
        return ('storage', kind, obj.key, 'cpu', obj.numbers.size, None)


def write_legacy_torch(
    path: Path, arrays: dict[str, np.ndarray], *, extra: dict[str, Any] | None = None
) -> Path:
    """Write what `torch.save(state_dict)` wrote before torch 1.6, storages in another order.

    `extra` adds entries that are no arrays.
    """
    storages = [
        _Storage(str(1000 - index), array.astype('<f4').ravel())
        for index, array in enumerate(arrays.values())
    ]
    state = OrderedDict(
        (name, _Tensor(storage, array.shape))
        for (name, array), storage in zip(arrays.items(), storages, strict=True)
    )
    state.update(extra or {})
    state._metadata = OrderedDict({'': {'version': 1}})
    machine = {'protocol_version': 1001, 'little_endian': True, 'type_sizes': {'int': 4}}
    storages.sort(key=lambda storage: storage.key)
    with open(path, 'wb') as file, mock.patch.dict(sys.modules, _fake_torch()):
        for value in (0x1950A86A20F9469CFC6C, 1001, machine, state):
            _Pickler(file, protocol=2).dump(value)
        _Pickler(file, protocol=2).dump([storage.key for storage in storages])
        for storage in storages:
            file.write(struct.pack('<q', storage.numbers.size) + storage.numbers.tobytes())
    return path
