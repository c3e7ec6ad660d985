"""The page of a run or a sweep from what it has left: record, checkpoint or table, and pictures."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import ConfigError, RecordError
from nst_lbfgs.files import check_place, write_whole
from nst_lbfgs.records.checkpoint import read_checkpoint
from nst_lbfgs.records.history import history_of, iterations_of
from nst_lbfgs.records.record import read_record
from nst_lbfgs.report.inputs import read_inputs
from nst_lbfgs.report.run_page import run_page
from nst_lbfgs.run_config import RunConfig

from .outputs import Outputs, folder_of, recorded_outputs
from .page import files_of, is_page
from .streams import tell
from .sweep_page import page_of_table
from .sweep_results import is_table_of_a_sweep

SOURCES = ('.json', '.checkpoint', '.csv')
"""The files that a page is made of, the first of a run's that there is; without them it has left nothing."""


def report(given: str, *, inside: bool, overwrite: bool) -> int:
    """Write the page of a run or a sweep by its PREFIX, or by the file of its record or table.

    Raises ConfigError, RecordError, CheckpointError or OutputError.
    """
    source = _source(given)
    named = Outputs(source.with_suffix(''), '.png', RunConfig())
    path = named.self_contained_page if inside else named.page
    check_place(path, overwrite=overwrite or is_page(path))
    page = page_of_table(source, inside=inside) if source.suffix == '.csv' else _run_page(source, inside)
    write_whole(path, page, overwrite=overwrite or is_page(path))
    tell(str(path))
    return 0


def _source(given: str) -> Path:
    """Return the file that a page is made of."""
    path = Path(given)
    if path.suffix in SOURCES and os.path.isfile(path):
        return path
    if folder_of(given) is not None:
        raise ConfigError(f'Expected the PREFIX of a run or a sweep. Received: the folder {given}')
    prefix = Outputs.of(given, RunConfig(), '').prefix
    for suffix in SOURCES:
        path = prefix.with_name(prefix.name + suffix)
        if os.path.isfile(path) and (suffix != '.csv' or is_table_of_a_sweep(path)):
            return path
    raise RecordError(
        f'There is no record {prefix}.json, and no checkpoint or table. '
        'Expected the PREFIX of a run or a sweep.'
    )


def _run_page(source: Path, inside: bool) -> bytes:
    record = read_record(source) if source.suffix == '.json' else _record_so_far(source)
    iterations = iterations_of(record)
    pictures = read_inputs(record, source.parent)
    files = files_of(recorded_outputs(source, record), len(iterations))
    return run_page(record, iterations, history_of(record), files, pictures, inside=inside)


def _record_so_far(checkpoint: Path) -> dict[str, Any]:
    """Return the record of a run that has not ended."""
    found = read_checkpoint(checkpoint)
    iterations = found.state.iterations if found.state else ()
    return found.run | {'iterations': [asdict(losses) for losses in iterations]}
