"""What runs and sweeps have left, by a PREFIX or a folder: the file that tells of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import CheckpointError, ConfigError, RecordError
from nst_lbfgs.records.checkpoint import read_checkpoint
from nst_lbfgs.records.record import read_record
from nst_lbfgs.run_config import RunConfig

from .lock import is_held
from .outputs import Outputs, folder_of
from .sweep_results import is_of_a_batch, is_table_of_a_sweep, read_table

SOURCES = ('.json', '.checkpoint', '.csv')
"""The files that a page is made of, the first of a run's that there is; without them it has left nothing."""


def source_of_page(given: str) -> Path:
    """Return the file that a page is made of, by a PREFIX, a folder with one run or sweep, or itself.

    Raises ConfigError or RecordError.
    """
    path = Path(given)
    if path.suffix in SOURCES and os.path.isfile(path):
        return path
    folder = folder_of(given)
    outputs = Outputs.of(given, RunConfig(), '') if folder is None else _only_one_in(folder)
    for path in (outputs.record, outputs.checkpoint, outputs.table):
        if os.path.isfile(path) and (path != outputs.table or is_table_of_a_sweep(path)):
            return outputs.checkpoint if path == outputs.record and _goes_beyond(outputs) else path
    raise RecordError(
        f'There is no record {outputs.record}, and no checkpoint or table. '
        'Expected the PREFIX of a run or a sweep.'
    )


def record_so_far(checkpoint: Path) -> dict[str, Any]:
    """Return the record of a run that has not ended, or not with a result. Raises CheckpointError."""
    found = read_checkpoint(checkpoint)
    iterations = found.state.iterations if found.state else ()
    return found.run | {'iterations': [asdict(losses) for losses in iterations]}


def _goes_beyond(outputs: Outputs) -> bool:
    """Return whether a checkpoint is of a later run than the record beside it, or of more of the same run.

    A run that ends writes the checkpoint first, with the record's iterations.
    """
    try:
        later = os.stat(outputs.checkpoint).st_mtime_ns > os.stat(outputs.record).st_mtime_ns
        if not later:
            return False
        so_far = record_so_far(outputs.checkpoint)['iterations']
        return is_held(outputs.lock) or so_far != read_record(outputs.record).get('iterations')
    except (OSError, CheckpointError, RecordError):
        return False


def _only_one_in(folder: Path) -> Outputs:
    """Return the names of the one run or sweep of a folder."""
    found = sorted(set(_prefixes_in(folder)))
    if not found:
        raise RecordError(f'Expected a folder with what a run or a sweep has left. Received: {folder}')
    if len(found) > 1:
        raise ConfigError(
            f'Expected the PREFIX of one run or sweep. Received: {folder}, where there are '
            f'{", ".join(prefix.name for prefix in found)}.'
        )
    return Outputs(found[0], '.png', RunConfig())


def _prefixes_in(folder: Path) -> Iterator[Path]:
    """Yield how the names begin of what runs and sweeps have left; the cells of a sweep are part of it.

    A batch has its folder to itself.
    """
    # Files that are being written, or were by a run that was killed, begin with a dot.
    paths = sorted(path for path in folder.iterdir() if path.suffix in SOURCES and path.name[0] != '.')
    tables = [path for path in paths if path.suffix == '.csv' and is_table_of_a_sweep(path)]
    batches = [table.with_suffix('') for table in tables if is_of_a_batch(read_table(table)[0])]
    if batches:
        yield from batches
        return
    sweeps = [table.with_suffix('') for table in tables]
    yield from sweeps
    for path in paths:
        if path.suffix != '.csv' and not any(path.name.startswith(f'{sweep.name}_') for sweep in sweeps):
            if path.suffix == '.checkpoint' or _is_record(path):
                yield path.with_suffix('')


def _is_record(path: Path) -> bool:
    try:
        read_record(path)
    except RecordError:
        return False
    return True
