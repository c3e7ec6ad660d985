"""A sweep: the cells of a grid, what of them is done, the contact sheet and the table."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.config import RunConfig, TransferConfig
from nst_lbfgs.errors import ConfigError, NonFiniteLossError, RecordError
from nst_lbfgs.files import already_exists, write_whole
from nst_lbfgs.pictures.contact_sheet import Cell, contact_sheet, thumbnail
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.pictures.writing import write_picture
from nst_lbfgs.record import read_record
from nst_lbfgs.search.lbfgs import Ending
from nst_lbfgs.weights.sources import resolve_weights

from .command_line import CommandLine
from .grid import GridPoint
from .outputs import Outputs
from .progress import ProgressLines
from .transfer import TransferRun, announce_network

if TYPE_CHECKING:
    from nst_lbfgs.weights.vgg19 import Network

LOSSES = ('loss', 'content_loss', 'style_loss', 'total_variation_loss')
COLUMNS = ('iterations_done', 'evaluations', *LOSSES, 'seconds', 'stop_reason', 'picture')
MOST_COLUMNS = 8  # of a contact sheet


@dataclass
class SweepCell:
    """A point of the grid, the run that makes its picture, and the record once it is done."""

    point: GridPoint
    transfer: TransferRun
    record: dict[str, Any] | None = None
    picture: Pixels | None = None
    """The thumbnail of the finished picture."""

    def look(self) -> None:
        """See whether picture and record are there, and are of this run."""
        outputs = self.transfer.outputs
        if self.recorded() and os.path.lexists(outputs.picture):
            self.record = read_record(outputs.record)
            limit = max(MAX_PIXELS, self.transfer.inputs.size[0] * self.transfer.inputs.size[1])
            self.picture = thumbnail(read_picture(outputs.picture, max_pixels=limit).pixels)

    def recorded(self) -> bool:
        """Return whether the record is of a whole run with these settings and pictures."""
        run, inputs = self.transfer, self.transfer.inputs
        try:
            record = read_record(run.outputs.record)
        except RecordError:
            return False
        return (
            _same(run.config, record['config'])
            and _ran_to_its_end(record)
            and record.get('content_sha256') == inputs.content.sha256
            and record.get('style_sha256') == inputs.style.sha256
            and record.get('init_sha256') == (None if inputs.init is None else inputs.init.sha256)
        )

    def check(self, *, resumed: bool, overwrite: bool) -> None:
        """Raise OutputError unless the results can be written, replacing nobody else's.

        An interrupted sweep may have left a picture without its record: that is its own.
        """
        outputs = self.transfer.outputs
        own = self.recorded() or resumed and not os.path.lexists(outputs.record)
        outputs.check(overwrite=overwrite or own)


@dataclass
class Sweep:
    """A sweep whose inputs are read, whose settings are checked and whose outputs can be written."""

    cells: list[SweepCell]
    outputs: Outputs
    inputs: list[Cell]
    title: str
    networks: dict[tuple[str, int], Network] = field(default_factory=dict)

    def finished(self) -> bool:
        """Return whether nothing is left to be run."""
        return all(cell.record for cell in self.cells)

    def run(self, command: CommandLine) -> int:
        """Run what is left. A cell whose loss stops being finite is reported again at the end."""
        lines = ProgressLines(len(self.cells), 1)
        failure: NonFiniteLossError | None = None
        self._write_table()
        for number, cell in enumerate(self.cells, start=1):
            heading = f'{number} of {len(self.cells)}: {cell.point.label}'
            lines.message(f'{heading}, done already' if cell.record else heading)
            if cell.record:
                continue
            try:
                cell.transfer.run(command, self._network(cell.point.config, lines))
            except NonFiniteLossError as error:
                lines.message(f'{cell.point.label}: {error}')
                failure = error
            cell.look()
            self._write_table()
            self._write_sheet()
        self._write_sheet()
        lines.message(f'{self.outputs.picture} and {table_path(self.outputs)}')
        if failure:
            raise failure
        return 0

    def _network(self, config: TransferConfig, lines: ProgressLines) -> Network:
        weights = config.computation.weights
        key = weights, config.start.seed if weights == 'random' else 0
        if key not in self.networks:
            self.networks = {key: announce_network(config, lines, keep=True)}  # one at a time in memory
        return self.networks[key]

    def _write_table(self) -> None:
        text = io.StringIO(newline='')
        table = csv.DictWriter(text, [*self.cells[0].point.choices, *COLUMNS])
        table.writeheader()
        for cell in self.cells:
            if cell.record:
                numbers = _numbers(cell.record) | {'picture': cell.transfer.outputs.picture.name}
                table.writerow(cell.point.choices | numbers)
        write_whole(table_path(self.outputs), text.getvalue().encode(), overwrite=True)

    def _write_sheet(self) -> None:
        cells = [Cell(cell.point.label, cell.picture) for cell in self.cells]
        rows = sheet_rows(self.inputs, cells, _last_field_values(self.cells))
        write_picture(self.outputs.picture, contact_sheet(rows, self.title), overwrite=True)


def prepare_sweep(
    sheet: TransferRun, points: Sequence[GridPoint], inputs: list[Cell], title: str, *, overwrite: bool
) -> Sweep:
    """Check everything that a sweep needs, without TensorFlow.

    `sheet` is what `transfer_run.prepare` returned for the settings that do not vary, with the
    contact sheet as its picture. Raises ConfigError, WeightsError, and OutputError for a file that
    is in the way and is no result of this sweep.
    """
    table = table_path(sheet.outputs)
    resumed = _is_table_of_a_sweep(table)
    if not (resumed or overwrite):
        for path in (sheet.outputs.picture, table):
            if os.path.lexists(path):
                raise already_exists(path)
    _check_settings(sheet, points)
    cells = [_cell(sheet, point) for point in points]
    for cell in cells:
        cell.look()
        if not cell.record:
            cell.check(resumed=resumed, overwrite=overwrite)
    return Sweep(cells, sheet.outputs, inputs, title)


def _check_settings(sheet: TransferRun, points: Sequence[GridPoint]) -> None:
    """Find out now what would otherwise end the sweep halfway."""
    for point in points:
        if point.config.start.init == 'picture' and sheet.config.pictures.init_path is None:
            raise ConfigError(f'Expected --init PATH for {point.label}. Received: none.')
        sheet.inputs.check_references(point.config)
    for name in {point.config.computation.weights for point in points} - {'imagenet'}:
        resolve_weights(name)


def table_path(outputs: Outputs) -> Path:
    """Return where the table of losses goes."""
    return outputs.prefix.with_name(outputs.prefix.name + '.csv')


def sheet_rows(inputs: list[Cell], cells: list[Cell], columns: int) -> list[list[Cell]]:
    """Return one row, inputs first, if they fit; else the inputs, then `columns` cells a row."""
    if columns == len(cells) and len(inputs) + columns <= MOST_COLUMNS:
        return [inputs + cells]
    columns = min(columns, MOST_COLUMNS)
    return [inputs, *(cells[start : start + columns] for start in range(0, len(cells), columns))]


def _last_field_values(cells: Sequence[SweepCell]) -> int:
    last_field = list(cells[0].point.choices)[-1]
    return len({cell.point.choices[last_field] for cell in cells})


def _cell(sheet: TransferRun, point: GridPoint) -> SweepCell:
    config = replace(sheet.config, transfer=point.config)
    prefix = sheet.outputs.prefix
    outputs = Outputs(prefix.with_name(f'{prefix.name}_{point.file_name}'), sheet.outputs.suffix, config)
    return SweepCell(point, replace(sheet, config=config, outputs=outputs, overwrite=True))


def _is_table_of_a_sweep(path: Path) -> bool:
    try:
        with open(path, encoding='utf-8') as file:
            return file.readline(1 << 16).rstrip().endswith(','.join(COLUMNS))
    except (OSError, UnicodeDecodeError):
        return False


def _same(asked: RunConfig, recorded: RunConfig) -> bool:
    """Return whether the settings are the same; a record has the precision that 'auto' came to."""
    computation = asked.transfer.computation
    if computation.precision == 'auto':
        computation = replace(computation, precision=recorded.transfer.computation.precision)
    return replace(asked, transfer=replace(asked.transfer, computation=computation)) == recorded


def _ran_to_its_end(record: dict[str, Any]) -> bool:
    iterations = record.get('iterations')
    if not isinstance(iterations, list) or not all(isinstance(losses, dict) for losses in iterations):
        return False  # not as this program writes it
    all_done: bool = len(iterations) == record['config'].transfer.iterations
    return all_done or record.get('stop_reason') == Ending.CONVERGED.value


def _numbers(record: dict[str, Any]) -> dict[str, Any]:
    iterations = record['iterations']
    last = iterations[-1] if iterations else {}
    return {name: last.get(name, '') for name in LOSSES} | {
        'iterations_done': len(iterations),
        'evaluations': record.get('evaluations'),
        'seconds': round(sum(losses.get('seconds', 0.0) for losses in iterations), 1),
        'stop_reason': record.get('stop_reason'),
    }
