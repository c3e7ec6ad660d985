"""The page of a run or a sweep from what it has left: record, checkpoint or table, and pictures."""

from __future__ import annotations

from pathlib import Path

from nst_lbfgs.files import check_place, write_whole
from nst_lbfgs.records.history import history_of, iterations_of
from nst_lbfgs.records.record import read_record
from nst_lbfgs.report.inputs import read_inputs
from nst_lbfgs.report.run_page import run_page
from nst_lbfgs.run_config import RunConfig

from .left_behind import record_so_far, source_of_page
from .lock import is_held
from .outputs import Outputs, recorded_outputs
from .page import files_of, is_page
from .streams import tell
from .sweep_page import page_of_table


def report(given: str, *, inside: bool, overwrite: bool) -> int:
    """Write the page of a run or a sweep by its PREFIX, its folder, or the file of its record or table.

    Raises ConfigError, RecordError, CheckpointError or OutputError.
    """
    source = source_of_page(given)
    named = Outputs(source.with_suffix(''), '.png', RunConfig())
    path = named.self_contained_page if inside else named.page
    check_place(path, overwrite=overwrite or is_page(path))
    running = source.suffix != '.json' and is_held(named.lock)
    make = page_of_table if source.suffix == '.csv' else _run_page
    page = make(source, running=running, inside=inside)
    write_whole(path, page, overwrite=overwrite or is_page(path))
    tell(str(path))
    return 0


def _run_page(source: Path, *, running: bool, inside: bool) -> bytes:
    record = read_record(source) if source.suffix == '.json' else record_so_far(source)
    iterations = iterations_of(record)
    pictures = read_inputs(record, source.parent)
    files = files_of(recorded_outputs(source, record), len(iterations))
    return run_page(record, iterations, history_of(record), files, pictures, running=running, inside=inside)
