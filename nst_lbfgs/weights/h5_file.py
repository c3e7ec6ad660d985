"""VGG19's sixteen convolutions in an HDF5 file that Keras loads: checked, read, written."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from ..child_process import python_command, started
from ..child_process.limits import ONE_THREAD, limit_memory, limit_seconds, time_was_up
from ..errors import WeightsError
from ..network.layers import CONVOLUTIONS

CHECK_SECONDS = 60  # by the clock
# Of the check's process: VGG19's 80 MB, compressed, take a second and 0.3 GB.
PROCESSOR_SECONDS = 8
BYTES = 1_400_000_000
# Exit codes of the check's process.
REFUSED = 3
PYTHON_FAILED = 1
KILLED = -9


class Convolution(NamedTuple):
    """One layer's weights: kernel (3, 3, inputs, filters) and bias (filters,), both float32."""

    name: str
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def check_file(path: Path) -> None:
    """Raise WeightsError, in one line, unless `read_convolutions` can read all of a file.

    Some bytes make the HDF5 library crash, never return, or take all memory, so another process goes
    first, with limits.
    """
    _require_h5_name(path)
    try:
        with started(
            python_command(__name__, str(path), str(PROCESSOR_SECONDS), str(BYTES)),
            env=os.environ | ONE_THREAD | {'PYTHONUTF8': '1'},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding='utf-8',
            errors='surrogateescape',
        ) as process:
            said, complaint = process.communicate(timeout=CHECK_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f'{path} is broken: HDF5 finds no end in it') from error
    except OSError as error:
        raise WeightsError(f'{path} cannot be checked: no process can be started: {error}') from error
    if process.returncode:
        raise WeightsError(_why_refused(path, process.returncode, said, complaint))


def read_convolutions(path: Path) -> Iterator[Convolution]:
    """Yield VGG19's convolutions from a file, first layer first, one layer in memory at a time.

    The file is what `keras.applications.VGG19(include_top=False, weights=path)` loads: either
    of Keras's legacy layouts (weights, or a whole model), or, if it is named `*.weights.h5`,
    the layout of Keras 3. Like Keras's own loader it goes by the layers' order, not their names.
    Raises WeightsError, in one line, for anything else; use `check_file` first on a file that
    may be broken on purpose.
    """
    _require_h5_name(path)
    try:
        with h5py.File(path, 'r') as file:
            yield from _convolutions(file, path)
    except WeightsError:
        raise
    except Exception as error:  # HDF5 answers broken bytes with nearly every type there is
        reason = ' '.join(str(error).split())[:200] or type(error).__name__
        raise WeightsError(f'{path} cannot be read as VGG19 weights: {reason}') from error


def write_convolutions(path: Path, convolutions: Iterable[Convolution], origin: str) -> None:
    """Write convolutions in Keras's legacy layout; `origin` says in the file where they are from.

    Raises OSError if the file cannot be written.
    """
    try:
        with h5py.File(path, 'w') as file:
            _write(file, convolutions, origin)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno)) from error  # HDF5 says it in 5 lines


def digest_of(convolutions: Iterable[Convolution]) -> str:
    """Return the SHA-256 over all kernels and biases as little-endian float32, layer by layer.

    Unlike the digest of the file it does not depend on the version of HDF5 that wrote it.
    """
    digest = hashlib.sha256()
    for _, kernel, bias in convolutions:
        for values in (kernel, bias):
            digest.update(values.astype('<f4').tobytes())
    return digest.hexdigest()


def _write(file: h5py.File, convolutions: Iterable[Convolution], origin: str) -> None:
    file.attrs['backend'] = np.bytes_('tensorflow')
    file.attrs['keras_version'] = np.bytes_('2.15.0')  # the layout's; Keras 3 reads it too
    file.attrs['origin'] = np.bytes_(origin)
    names = []
    for name, kernel, bias in convolutions:
        group = file.create_group(name)
        group.create_dataset('kernel:0', data=kernel)
        group.create_dataset('bias:0', data=bias)
        group.attrs['weight_names'] = np.array([b'kernel:0', b'bias:0'])
        names.append(name.encode())
    file.attrs['layer_names'] = np.array(names)


def _why_refused(path: Path, exit_code: int, said: str, complaint: str) -> str:
    if exit_code == REFUSED:
        return said.strip()
    if time_was_up(exit_code):
        return f'{path} is broken: HDF5 finds no end in it'
    if exit_code == PYTHON_FAILED:  # the file may be good
        return f'{path} cannot be checked: {(complaint.splitlines() or ["no reason given"])[-1]}'
    if exit_code == KILLED:
        return f'{path} cannot be checked: the check was killed, as when memory runs out'
    return f'{path} is broken: HDF5 crashes on it'


def _require_h5_name(path: Path) -> None:
    if not os.path.exists(path):  # unlike Path.exists, it never raises
        raise WeightsError(
            f"Expected 'imagenet', 'random' or the path of an h5 file. Received: {path}, which does not exist"
        )
    if not os.path.isfile(path) or path.suffix not in {'.h5', '.hdf5'}:
        raise WeightsError(f'Expected an ordinary file whose name ends in .h5 or .hdf5. Received: {path}')


def _convolutions(file: h5py.File, path: Path) -> Iterator[Convolution]:
    keras3 = path.name.endswith('.weights.h5')
    pairs = list(_keras3_pairs(file) if keras3 else _legacy_pairs(file))
    if len(pairs) != len(CONVOLUTIONS):
        dense = ' (the file without the three dense layers is needed)' if len(pairs) == 19 else ''
        raise WeightsError(
            f"Expected VGG19's {len(CONVOLUTIONS)} convolutions. "
            f'Received: {len(pairs)} layers with weights in {path}{dense}'
        )
    for (name, inputs, filters), (kernel, bias) in zip(CONVOLUTIONS, pairs, strict=True):
        yield Convolution(
            name, _values(kernel, (3, 3, inputs, filters), name, path), _values(bias, (filters,), name, path)
        )


def _legacy_pairs(file: h5py.File) -> Iterator[tuple[Any, Any]]:
    whole_model = 'layer_names' not in file.attrs and 'model_weights' in file
    root = file['model_weights'] if whole_model else file
    for layer_name in _names(root, 'layer_names'):
        layer = root[layer_name]
        weight_names = _names(layer, 'weight_names')
        if weight_names:  # pooling layers have none
            kernel, bias = (layer[weight_name] for weight_name in weight_names)
            yield kernel, bias


def _names(group: h5py.Group, attribute: str) -> list[str]:
    return [name.decode() if isinstance(name, bytes) else str(name) for name in group.attrs[attribute]]


def _keras3_pairs(file: h5py.File) -> Iterator[tuple[Any, Any]]:
    layers = file['layers']
    for index in range(len(layers)):
        name = f'conv2d_{index}' if index else 'conv2d'
        if name in layers and len(layers[name]['vars']) == 2:
            yield layers[name]['vars/0'], layers[name]['vars/1']


def _values(dataset: Any, shape: tuple[int, ...], layer: str, path: Path) -> NDArray[np.float32]:
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        raise WeightsError(f'Expected {layer} as plain arrays. Received: something else in {path}')
    if dataset.shape != shape or dataset.dtype.kind != 'f' or dataset.dtype.itemsize > 8:
        raise WeightsError(
            f'Expected {layer} as floats of shape {shape}. '
            f'Received: {dataset.dtype} of shape {dataset.shape} in {path}'
        )
    if any(chunk > side for chunk, side in zip(dataset.chunks or (), shape)):  # all of a chunk is read
        raise WeightsError(
            f'Expected chunks within the shape {shape} of {layer}. Received: {dataset.chunks} in {path}'
        )
    values: NDArray[np.float32] = dataset[()].astype(np.float32)
    if not np.isfinite(values).all():
        raise WeightsError(f'Expected finite numbers in {layer}. Received: NaN or inf in {path}')
    return values


def _check_here(path: Path, seconds: int, size: int) -> int:
    limit_seconds(seconds)
    limit_memory(size)
    sys.stdout.reconfigure(errors='surrogateescape')  # type: ignore[union-attr]  # for the path
    try:
        for _ in read_convolutions(path):
            pass
    except WeightsError as error:
        print(error)
        return REFUSED
    return 0


if __name__ == '__main__':  # as `check_file` starts it
    raise SystemExit(_check_here(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
