"""Tensors from a file in torch's old (not zip) format: no torch, no code from its pickles.

The format, from torch/serialization.py (`_legacy_save`): three pickles (a magic number, the
protocol, facts about the machine), a pickle of the object in which each tensor stands as a call
that names its storage, a pickled list of the storages' keys, and then the storages in that
order, each as an int64 count and its numbers.
"""

from __future__ import annotations

import io
import math
import os
import pickle
import struct
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import WeightsError
from ..files import open_regular

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
MOST_PICKLED_BYTES = 1 << 20


class _Storage(NamedTuple):
    key: str
    length: int


class _Tensor(NamedTuple):
    storage: _Storage
    shape: tuple[int, ...]


def read_tensors(path: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield the names and float32 arrays of a saved state dict, in its order, one at a time.

    Only whole, contiguous float tensors are read. The pickles may name `OrderedDict`, torch's
    `_rebuild_tensor_v2` and its `FloatStorage`; all else is refused before it is imported.
    Raises WeightsError for every file that is not of this form, OSError if it cannot be read.
    """
    with open_regular(path) as file:
        try:
            tensors, keys, start = _read_pickles(file)
            offsets = _storage_offsets(file, keys, start)
        except OSError:
            raise
        except Exception as error:  # a broken pickle can raise anything
            raise WeightsError(f'{path} is not a torch file of plain tensors: {error}') from error
        for name, tensor in tensors.items():
            yield name, _read_tensor(file, path, tensor, offsets)


class _Unpickler(pickle._Unpickler):
    """Knows the three names that a state dict of float tensors needs, and no others.

    Based on the unpickler in Python, since the one in C takes as much memory as the largest
    index that a pickle chooses to name.
    """

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ('collections', 'OrderedDict'):
            return OrderedDict
        if (module, name) == ('torch._utils', '_rebuild_tensor_v2'):
            return lambda *arguments: _rebuild_tensor(*arguments)  # fresh: a pickle may alter it
        if (module, name) == ('torch', 'FloatStorage'):
            return 'FloatStorage'
        raise pickle.UnpicklingError(f'it names {module}.{name}, which is not allowed')

    def persistent_load(self, reference: Any) -> _Storage:
        kind, storage_type, key, _, length, view = reference
        if (kind, storage_type, view) != ('storage', 'FloatStorage', None):
            raise pickle.UnpicklingError('a storage is not one of whole floats')
        if not isinstance(key, str) or not isinstance(length, int):
            raise pickle.UnpicklingError('a storage has no key or no length')
        return _Storage(key, length)


def _rebuild_tensor(
    storage: Any, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> _Tensor:
    contiguous = tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    whole = isinstance(storage, _Storage) and math.prod(shape) == storage.length
    if not whole or offset != 0 or tuple(stride) != contiguous or min(shape, default=1) < 1:
        raise pickle.UnpicklingError('a tensor is not a whole, contiguous storage')
    return _Tensor(storage, shape)


def _read_pickles(file: BinaryIO) -> tuple[dict[str, _Tensor], list[str], int]:
    """Return the tensors, the storages' keys in their order, and where the storages begin."""
    head = io.BytesIO(file.read(MOST_PICKLED_BYTES))
    magic, protocol, machine, tensors, keys = (_Unpickler(head).load() for _ in range(5))
    if (magic, protocol, machine['little_endian']) != (MAGIC, PROTOCOL, True):
        raise pickle.UnpicklingError('its header is not that of the format')
    if not all(isinstance(tensor, _Tensor) for tensor in tensors.values()):
        raise pickle.UnpicklingError('it holds more than tensors')
    return tensors, keys, head.tell()


def _storage_offsets(file: BinaryIO, keys: list[str], start: int) -> dict[_Storage, int]:
    """Return where each storage's numbers begin, in bytes; all of them lie within the file."""
    offsets = {}
    position, end = start, file.seek(0, os.SEEK_END)
    for key in keys:
        file.seek(position)
        (length,) = struct.unpack('<q', file.read(8))
        position += 8
        if not 0 <= length <= (end - position) // 4:
            raise pickle.UnpicklingError('it ends in the middle of its numbers')
        offsets[_Storage(key, length)] = position
        position += 4 * length
    return offsets


def _read_tensor(
    file: BinaryIO, path: Path, tensor: _Tensor, offsets: dict[_Storage, int]
) -> NDArray[np.float32]:
    if tensor.storage not in offsets:
        raise WeightsError(f'{path} lacks a storage that it names')
    file.seek(offsets[tensor.storage])
    numbers = file.read(4 * tensor.storage.length)
    return np.frombuffer(numbers, '<f4').reshape(tensor.shape)
