"""The page of a grid of runs: from its cells while it goes on, from its table afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import RecordError
from nst_lbfgs.records.record import read_record
from nst_lbfgs.report.inputs import Shown, content_and_styles, read_inputs, shown_inputs
from nst_lbfgs.report.sweep_page import NUMBERS, GridCell, sweep_page

from .cell import Cell
from .inputs import Inputs
from .outputs import Outputs
from .sweep_results import is_of_a_batch, numbers, read_table


def page_of_cells(
    cells: Sequence[Cell],
    outputs: Outputs,
    title: str,
    inputs: Sequence[Shown],
    *,
    kind: str,
    running: bool,
) -> bytes:
    """Return the page of a grid that goes on, or has come to its end."""
    grid = [_grid_cell(cell.choices, numbers(cell)) for cell in cells]
    return sweep_page(title, outputs.prefix.parent, grid, inputs, kind=kind, running=running)


def inputs_shown(inputs: Inputs) -> list[Shown]:
    """Return what went into a run as a page shows it."""
    record = inputs.record() | {'config': inputs.config}
    return content_and_styles(shown_inputs(record, inputs.pictures()))


def page_of_table(table: Path, *, running: bool, inside: bool) -> bytes:
    """Return the page of a sweep from its table and what lies beside it. Raises RecordError."""
    fields, rows = read_table(table)
    grid = [_grid_cell({field: row[field] for field in fields}, row) for row in rows]
    kind, title, inputs = 'batch', table.absolute().parent.name, []
    if not is_of_a_batch(fields):  # whose pictures vary from cell to cell
        kind, title = 'sweep', table.stem
        inputs = _inputs_beside(table.parent, [cell.picture for cell in grid])
    return sweep_page(title, table.parent, grid, inputs, kind=kind, running=running, inside=inside)


def _grid_cell(choices: dict[str, str], row: dict[str, Any]) -> GridCell:
    figures = {name: str(row[name]) for name in NUMBERS}
    return GridCell(choices, figures, row['picture'], str(row['stop_reason'] or ''))


def _inputs_beside(folder: Path, pictures: Sequence[str]) -> list[Shown]:
    """Return content and styles by the first record there is of a cell's picture; none without a record."""
    for picture in filter(None, pictures):
        try:
            record = read_record((folder / Path(picture).name).with_suffix('.json'))
        except RecordError:
            continue
        return content_and_styles(shown_inputs(record, read_inputs(record, folder)))
    return []
