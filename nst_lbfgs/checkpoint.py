"""The checkpoint of a run: where it stands, exactly, in one file that is whole or not at all.

The file is

    the line 'nst-lbfgs checkpoint 1'
    the length of the JSON text that follows, in bytes: 8 bytes, lowest first
    JSON, UTF-8: 'run' (the run record so far), 'search' (counts), 'arrays' (shape by name)
    the arrays one after the other, lowest byte first: float64, pairs of the memory float32
    SHA-256 of everything before it: 32 bytes
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .curvature import Pairs
from .errors import CheckpointError, RecordError
from .files import CHUNK_BYTES, whole_file
from .optimizers import Done
from .record import parse_record, to_json
from .search import SearchState
from .transfer_state import IterationLosses, TransferState

MAGIC = b'nst-lbfgs checkpoint 1\n'
LENGTH_BYTES = 8
DIGEST_BYTES = 32
LARGEST_HEADER_BYTES = 64 << 20
ARRAYS = {'iterate': '<f8', 'gradient': '<f8', 'steps': '<f4', 'gradient_changes': '<f4'}


@dataclass(frozen=True)
class Checkpoint:
    """A run record without its results, and where the transfer stands; None: not yet begun."""

    run: dict[str, Any]
    state: TransferState | None


def write_checkpoint(path: Path, run: Mapping[str, Any], state: TransferState | None) -> None:
    """Write a checkpoint over the one at `path`; `run` is as for `record.to_json`.

    Raises OutputWriteError.
    """
    arrays = _arrays_of(state.search) if state else {}
    header = json.dumps({
        'run': json.loads(to_json(run)),
        'iterations': [asdict(losses) for losses in state.iterations] if state else [],
        'search': state and asdict(state.search.done) | {'bounded': state.search.bounded},
        'arrays': {name: array.shape for name, array in arrays.items()},
    }).encode()
    parts: list[Any] = [MAGIC, len(header).to_bytes(LENGTH_BYTES, 'little'), header,
                        *(array.data.cast('B') for array in arrays.values() if array.size)]
    digest = hashlib.sha256()
    with whole_file(path, overwrite=True) as temporary, open(temporary, 'wb') as file:
        for part in parts:
            digest.update(part)
            file.write(part)
        file.write(digest.digest())


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path`. Raises CheckpointError, whatever the bytes are.

    Arrays are read only after the digest is found right and their sizes add up to the file's.
    """
    try:
        with open(path, 'rb') as file:
            return _read(file)
    except OSError as error:
        raise CheckpointError(f'Cannot read the checkpoint {path}: {error.strerror}') from error
    except (CheckpointError, RecordError) as error:
        raise CheckpointError(f'The checkpoint {path} cannot be used. {error}') from error


def _read(file: BinaryIO) -> Checkpoint:
    end = os.fstat(file.fileno()).st_size - DIGEST_BYTES
    if end < len(MAGIC) + LENGTH_BYTES or file.read(len(MAGIC)) != MAGIC:
        raise CheckpointError(f'Expected it to begin with {MAGIC.decode().strip()!r}.')
    _check_digest(file, end)
    file.seek(len(MAGIC))
    length = int.from_bytes(file.read(LENGTH_BYTES), 'little')
    if length > min(LARGEST_HEADER_BYTES, end - file.tell()):
        raise CheckpointError(f'Expected a header within the file. Received: {length} bytes.')
    header = _json(file.read(length))
    run = parse_record(json.dumps(header.get('run')).encode())
    if header.get('search') is None:
        return Checkpoint(run, None)
    size = 3 * _count(run, 'height') * _count(run, 'width')
    arrays = dict(_read_arrays(file, _shapes(header.get('arrays'), size), end))
    iterations = tuple(_losses(header.get('iterations')))
    return Checkpoint(run, TransferState(iterations, _search(header['search'], iterations, arrays)))


def _check_digest(file: BinaryIO, end: int) -> None:
    digest = hashlib.sha256()
    file.seek(0)
    while file.tell() < end and (chunk := file.read(min(CHUNK_BYTES, end - file.tell()))):
        digest.update(chunk)
    if file.read(DIGEST_BYTES) != digest.digest():
        raise CheckpointError('It is damaged: its digest is not that of its bytes.')


def _json(data: bytes) -> dict[str, Any]:
    try:
        header = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f'Expected JSON. Received: {error}') from error
    if not isinstance(header, dict):
        raise CheckpointError(f'Expected a JSON object. Received: {type(header).__name__}')
    return header


def _shapes(value: object, size: int) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, dict) or list(value) != list(ARRAYS):
        raise CheckpointError(f'Expected the arrays {", ".join(ARRAYS)}.')
    shapes = {name: tuple(shape) if isinstance(shape, list) else () for name, shape in value.items()}
    pairs = shapes['steps'][0] if shapes['steps'] else None
    if not isinstance(pairs, int) or isinstance(pairs, bool) or pairs < 0 or (
            shapes['iterate'] != (size,) or shapes['gradient'] not in [(0,), (size,)]
            or pairs and shapes['gradient'] == (0,)
            or not shapes['steps'] == shapes['gradient_changes'] == (pairs, size)):
        raise CheckpointError(f'Expected arrays for {size} values. Received: {shapes}')
    return shapes


def _read_arrays(file: BinaryIO, shapes: dict[str, tuple[int, ...]],
                 end: int) -> Iterator[tuple[str, NDArray[Any]]]:
    counts = {name: int(np.prod(shape, dtype=object)) for name, shape in shapes.items()}
    expected = sum(count * np.dtype(ARRAYS[name]).itemsize for name, count in counts.items())
    if expected != end - file.tell():
        raise CheckpointError(f'Expected {expected} bytes of arrays. '
                              f'Received: {end - file.tell()}')
    for name, count in counts.items():
        values = np.fromfile(file, ARRAYS[name], count)
        if not np.isfinite(values).all():
            raise CheckpointError(f'Expected finite numbers in {name}.')
        yield name, values.reshape(shapes[name]).astype(values.dtype.newbyteorder('='), copy=False)


def _losses(value: object) -> Iterator[IterationLosses]:
    if not isinstance(value, list):
        raise CheckpointError("Expected a list under 'iterations'.")
    for losses in value:
        if not isinstance(losses, dict) or set(losses) != {f.name for f in fields(IterationLosses)}:
            raise CheckpointError('Expected the losses of each iteration.')
        if not all(isinstance(number, (int, float)) for number in losses.values()):
            raise CheckpointError('Expected numbers as losses.')
        yield IterationLosses(**losses)


def _search(value: object, iterations: tuple[IterationLosses, ...],
            arrays: dict[str, NDArray[Any]]) -> SearchState:
    if not isinstance(value, dict) or not isinstance(value.get('bounded'), bool):
        raise CheckpointError("Expected 'bounded': true or false.")
    done = Done(_count(value, 'iterations'), _count(value, 'evaluations'))
    if done.iterations != len(iterations):
        raise CheckpointError(f'Expected the losses of {done.iterations} iterations. '
                              f'Received: {len(iterations)}')
    pairs = Pairs(arrays['steps'], arrays['gradient_changes'])
    return SearchState(done, value['bounded'], arrays['iterate'], arrays['gradient'], pairs)


def _count(values: dict[str, Any], name: str) -> int:
    count = values.get(name)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 2**31:
        raise CheckpointError(f'Expected {name}: an integer, 0 or more. Received: {count!r}')
    return count


def _arrays_of(search: SearchState) -> dict[str, NDArray[Any]]:
    arrays = {'iterate': search.iterate, 'gradient': search.gradient,
              'steps': search.pairs.steps, 'gradient_changes': search.pairs.gradient_changes}
    return {name: np.ascontiguousarray(array, ARRAYS[name]) for name, array in arrays.items()}
