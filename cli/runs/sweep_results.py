"""What a grid of runs leaves beside its pictures: the contact sheet and the table of losses."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import RecordError
from nst_lbfgs.files import open_regular
from nst_lbfgs.pictures.contact_sheet import Cell as SheetCell
from nst_lbfgs.pictures.contact_sheet import contact_sheet

from .cell import LOSSES, Cell

COLUMNS = ('iterations_done', 'evaluations', *LOSSES, 'seconds', 'stop_reason', 'picture')
LARGEST_BYTES = 64 << 20  # of a table that is read
MOST_COLUMNS = 8  # of a contact sheet


def table(cells: Sequence[Cell]) -> bytes:
    """Return the cells that have been tried as CSV, UTF-8; for one that failed `stop_reason` says why.

    Bytes of a file's name that are no text are spelt with a backslash, as `inspect` prints them.
    """
    text = io.StringIO(newline='')
    writer = csv.DictWriter(text, [*cells[0].choices, *COLUMNS])
    writer.writeheader()
    for cell in cells:
        if cell.numbers or cell.failure:
            writer.writerow(cell.choices | numbers(cell))
    return text.getvalue().encode(errors='backslashreplace')


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the fields that a sweep's table varies, and its rows by column. Raises RecordError."""
    try:
        with open_regular(path) as file:
            data = file.read(LARGEST_BYTES).decode()
        reader = csv.DictReader(io.StringIO(data, newline=''), restval='')
        columns = list(reader.fieldnames or [])
        rows = [{str(name): str(value) for name, value in row.items()} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(f'Cannot read the table {path}: {error}') from error
    if tuple(columns[-len(COLUMNS) :]) != COLUMNS:
        raise RecordError(f'Expected the table of a sweep. Received: {path}')
    return columns[: -len(COLUMNS)], rows


def is_of_a_batch(fields: Collection[str]) -> bool:
    """Return whether a table that varies these fields is a batch's: a sweep has one pair of pictures."""
    return {'content', 'style'} <= set(fields)


def is_table_of_a_sweep(path: Path) -> bool:
    """Return whether there is a file at `path`, and its heading is that of `table`."""
    try:
        with open_regular(path) as file:
            return file.readline(1 << 16).decode().rstrip().endswith(','.join(COLUMNS))
    except (OSError, UnicodeDecodeError):
        return False


def sheet(inputs: Sequence[SheetCell], cells: Sequence[Cell], title: str) -> Pixels:
    """Return the inputs and all cells side by side, uint8 (H, W, 3).

    They are in one row if they fit; else the inputs come first, and a row has a cell for each value of
    the last field that varies.
    """
    shown = [sheet_cell(cell, cell.label) for cell in cells]
    columns = _last_field_values(cells)
    if columns == len(cells) and len(inputs) + columns <= MOST_COLUMNS:
        return contact_sheet([[*inputs, *shown]], title)
    columns = min(columns, MOST_COLUMNS)
    rows = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    return contact_sheet([inputs, *rows], title)


def sheet_cell(cell: Cell, label: str) -> SheetCell:
    """Return a run as a sheet shows it; the label of one that failed says why."""
    reason = f'\nFailed: {cell.failure}' if cell.failure else ''
    return SheetCell(label + reason, cell.picture)


def numbers(cell: Cell) -> dict[str, Any]:
    """Return what the table says of a cell, beside what was chosen for it."""
    nothing = dict.fromkeys(COLUMNS, '') | {'iterations_done': 0, 'seconds': 0}
    return (
        nothing
        | cell.numbers
        | {
            'stop_reason': cell.failure or cell.numbers.get('stop_reason'),
            'picture': '' if cell.picture is None else cell.outputs.picture.name,
        }
    )


def _last_field_values(cells: Sequence[Cell]) -> int:
    last_field = list(cells[0].choices)[-1]
    return len({cell.choices[last_field] for cell in cells})
