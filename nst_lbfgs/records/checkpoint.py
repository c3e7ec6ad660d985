"""The checkpoint of a run: where it stands, exactly, in one file that is whole or not at all.

The file is

    the line 'nst-lbfgs checkpoint 2'
    the length of the JSON text that follows, in bytes: 8 bytes, lowest first
    JSON, UTF-8: 'run' (the run record so far), 'iterations' (their losses), 'search' (counts, and the
    terms of the loss at the iterate)
    arrays of 3 x height x width numbers each, lowest byte first: the iterate in float64; the place with
    the smallest loss, where that is another, in float64; the gradient at the iterate, if it is kept, in
    float64; Adam's moments in float64; the steps and the gradient's changes of L-BFGS's memory in float32
    SHA-256 of everything before it: 32 bytes

Versions 0.1.0 and 0.2.0 wrote 'nst-lbfgs checkpoint 1', and a search in spectral coordinates as it stood in
those (`nst_lbfgs/search/weighted_coordinates.py`); 0.1.0 the loss in place of its terms, and no moments.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..config import AdamConfig, LbfgsConfig, TransferConfig
from ..errors import CheckpointError, RecordError
from ..files import CHUNK_BYTES, open_regular, whole_file
from ..progress import IterationLosses, TransferState
from ..search.curvature import Pairs
from ..search.evaluations import Place, Terms
from ..search.state import Done, SearchState
from .json_text import parse_json
from .record import as_record, to_json

MAGIC = b'nst-lbfgs checkpoint 2\n'
EARLIER_MAGIC = b'nst-lbfgs checkpoint 1\n'  # as long
LENGTH_BYTES = 8
DIGEST_BYTES = 32
LARGEST_HEADER_BYTES = 64 << 20
EXACT, ROUNDED = np.dtype('<f8'), np.dtype('<f4')


@dataclass(frozen=True)
class Checkpoint:
    """A run record without its results, and where the transfer stands; None: not yet begun."""

    run: dict[str, Any]
    state: TransferState | None


def write_checkpoint(path: Path, run: Mapping[str, Any], state: TransferState | None) -> None:
    """Write a checkpoint over the one at `path`; `run` is as for `record.to_json`.

    Raises OutputWriteError.
    """
    header = json.dumps(
        {
            'run': json.loads(to_json(run)),
            'iterations': [asdict(losses) for losses in state.iterations] if state else [],
            'search': _search_header(state.search) if state else None,
        }
    ).encode()
    digest = hashlib.sha256()
    with whole_file(path, overwrite=True) as temporary, open(temporary, 'wb') as file:
        arrays = _array_bytes(state.search) if state else ()
        for part in chain([MAGIC, len(header).to_bytes(LENGTH_BYTES, 'little'), header], arrays):
            digest.update(part)
            file.write(part)
        file.write(digest.digest())


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint at `path`. Raises CheckpointError, whatever the bytes are.

    Arrays are read only after the digest is found right and their sizes add up to the file's.
    """
    try:
        with open_regular(path) as file:
            return _read(file)
    except OSError as error:
        raise CheckpointError(f'Cannot read the checkpoint {path}: {error.strerror}') from error
    except (CheckpointError, RecordError) as error:
        raise CheckpointError(f'The checkpoint {path} cannot be used. {error}') from error


def _read(file: BinaryIO) -> Checkpoint:
    end = os.fstat(file.fileno()).st_size - DIGEST_BYTES
    magic = file.read(len(MAGIC))
    if end < len(MAGIC) + LENGTH_BYTES or magic not in (MAGIC, EARLIER_MAGIC):
        raise CheckpointError(f'Expected it to begin with {MAGIC.decode().strip()!r}.')
    _check_digest(file, end)
    file.seek(len(MAGIC))
    length = int.from_bytes(file.read(LENGTH_BYTES), 'little')
    if length > min(LARGEST_HEADER_BYTES, end - file.tell()):
        raise CheckpointError(f'Expected a header within the file. Received: {length} bytes.')
    header = _json(file.read(length))
    run = as_record(header.get('run'))
    if header.get('search') is None:
        return Checkpoint(run, None)
    size = 3 * _count(run, 'height') * _count(run, 'width')
    iterations = tuple(_losses(header.get('iterations')))
    search = _search(header['search'], iterations, run['config'].transfer, file, size, end)
    if search.done.iterations != len(iterations):
        raise CheckpointError(
            f'Expected the losses of {search.done.iterations} iterations. Received: {len(iterations)}'
        )
    transfer = run['config'].transfer
    if magic == EARLIER_MAGIC and isinstance(transfer.optimizer, LbfgsConfig) and transfer.optimizer.spectral:
        search = replace(search, weighted=not search.bounded)
    return Checkpoint(run, TransferState(iterations, search))


def _check_digest(file: BinaryIO, end: int) -> None:
    digest = hashlib.sha256()
    file.seek(0)
    while file.tell() < end and (chunk := file.read(min(CHUNK_BYTES, end - file.tell()))):
        digest.update(chunk)
    if file.read(DIGEST_BYTES) != digest.digest():
        raise CheckpointError('It is damaged: its digest is not that of its bytes.')


def _json(data: bytes) -> dict[str, Any]:
    try:
        header = parse_json(data)
    except ValueError as error:
        raise CheckpointError(f'Expected JSON. Received: {error}') from error
    if not isinstance(header, dict):
        raise CheckpointError(f'Expected a JSON object. Received: {type(header).__name__}')
    return header


def _losses(value: object) -> Iterator[IterationLosses]:
    if not isinstance(value, list):
        raise CheckpointError("Expected a list under 'iterations'.")
    for losses in value:
        if not isinstance(losses, dict) or set(losses) != {f.name for f in fields(IterationLosses)}:
            raise CheckpointError('Expected the losses of each iteration.')
        if not all(isinstance(number, (int, float)) for number in losses.values()):
            raise CheckpointError('Expected numbers as losses.')
        yield IterationLosses(**losses)


def _search(
    value: object,
    iterations: tuple[IterationLosses, ...],
    config: TransferConfig,
    file: BinaryIO,
    size: int,
    end: int,
) -> SearchState:
    if not isinstance(value, dict) or not isinstance(value.get('bounded'), bool):
        raise CheckpointError("Expected 'bounded' under 'search': true or false.")
    if 'terms' not in value:
        value = _todays(value, iterations, config)
    done = Done(_count(value, 'iterations'), _count(value, 'evaluations'))
    gradients, pairs = _count(value, 'gradients'), _count(value, 'pairs')
    moments, best = _count(value, 'moments'), value.get('best')
    exact = 1 + (best is not None) + gradients + moments
    expected = size * (exact * EXACT.itemsize + 2 * pairs * ROUNDED.itemsize)
    if gradients > 1 or moments not in (0, 2) or pairs and not gradients or expected != end - file.tell():
        raise CheckpointError(
            f'Expected arrays of {expected} bytes for {gradients} gradients, {moments} moments and '
            f'{pairs} pairs. Received: {end - file.tell()}'
        )
    iterate = _array(file, EXACT, size)
    best_terms = _terms(best)
    best_place = Place(_array(file, EXACT, size), best_terms) if best_terms else None
    gradient = _array(file, EXACT, size, _precision(config)) if gradients else np.empty(0)
    moving_means = tuple(_array(file, EXACT, size) for _ in range(moments))
    steps, changes = (tuple(_array(file, ROUNDED, size) for _ in range(pairs)) for _ in range(2))
    return SearchState(
        done,
        value['bounded'],
        iterate,
        _terms(value['terms']),
        gradient,
        Pairs(steps, changes),
        moving_means,
        best_place,
    )


def _precision(config: TransferConfig) -> type[np.floating[Any]]:
    """Return the precision in which gradients were computed: directions are made of them in no other."""
    return np.float64 if config.computation.precision == 'float64' else np.float32


def _todays(
    value: dict[str, Any], iterations: tuple[IterationLosses, ...], config: TransferConfig
) -> dict[str, Any]:
    """Return what version 0.1.0 says of a search, as today's.

    It has no more than the loss, and that only where there is a gradient. The terms are those of the
    last iteration if that ended at the iterate, as it did with restarts and Adam, or they are unknown.
    Of Adam's evaluations it did not count the last of each iteration.
    """
    terms, evaluations = None, _count(value, 'evaluations')
    if iterations:
        last = iterations[-1]
        evaluations = max(evaluations, last.evaluations)
        ended_there = isinstance(config.optimizer, AdamConfig) or config.optimizer.restart
        if value.get('loss') == last.loss if value.get('gradients') else ended_there:
            terms = [last.content_loss, last.style_loss, last.total_variation_loss]
    return value | {'terms': terms, 'evaluations': evaluations, 'moments': 0}


def _terms(numbers: object) -> Terms | None:
    if numbers is None:
        return None
    if not isinstance(numbers, list) or len(numbers) != 3 or not all(map(_is_finite, numbers)):
        raise CheckpointError(f'Expected three terms, finite numbers. Received: {numbers!r}')
    return Terms(*map(float, numbers))


def _is_finite(number: object) -> bool:
    return isinstance(number, (int, float)) and abs(number) <= sys.float_info.max


def _array(file: BinaryIO, dtype: np.dtype[Any], size: int, precision: Any = None) -> NDArray[Any]:
    """Read so many numbers, and return them in a precision, without one in that of the file."""
    with np.errstate(over='ignore'):  # is found to be infinite
        values = np.fromfile(file, dtype, size).astype(precision or dtype.newbyteorder('='), copy=False)
    if len(values) != size or not np.isfinite(values).all():
        raise CheckpointError(f'Expected {size} finite numbers in each array.')
    return values


def _count(values: dict[str, Any], name: str) -> int:
    count = values.get(name)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < 2**31:
        raise CheckpointError(f'Expected {name}: an integer, 0 or more. Received: {count!r}')
    return count


def _search_header(search: SearchState) -> dict[str, Any]:
    return asdict(search.done) | {
        'bounded': search.bounded,
        'terms': list(astuple(search.terms)) if search.terms else None,
        'best': list(astuple(search.best.terms)) if search.best else None,
        'gradients': int(search.gradient.size > 0),
        'moments': len(search.moments),
        'pairs': len(search.pairs.steps),
    }


def _array_bytes(search: SearchState) -> Iterator[Any]:
    """Yield the arrays' buffers, none copied: together they may be gigabytes."""
    best = [search.best.x] if search.best else []
    for exact in (search.iterate, *best, search.gradient, *search.moments):
        yield exact.astype(EXACT, copy=False).data
    for rounded in (*search.pairs.steps, *search.pairs.gradient_changes):
        yield rounded.astype(ROUNDED, copy=False).data
