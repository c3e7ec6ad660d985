"""A sweep: every cell of a grid is run that is not done yet; sheet and table are renewed after each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError, StyleTransferError
from nst_lbfgs.files import check_place, write_whole
from nst_lbfgs.pictures.contact_sheet import Cell
from nst_lbfgs.pictures.writing import write_picture

from .command_line import CommandLine
from .grid import GridPoint
from .inputs import Inputs
from .lock import run_lock
from .outputs import Outputs
from .page import check_page
from .progress import ProgressLines
from .saving import Saver
from .starting import new_command_line, prepare, start_tensorflow
from .sweep_cell import SweepCell
from .sweep_results import is_table_of_a_sweep, sheet, table
from .transfer import TransferRun, announce_network

if TYPE_CHECKING:
    from nst_lbfgs.weights.vgg19 import Network


def run_sweep(
    args: argparse.Namespace,
    points: Sequence[GridPoint],
    content: Path,
    styles: Sequence[Path],
    outputs: Outputs,
    title: str,
    *,
    prefix: str | None,
) -> int:
    """Check the whole grid, then import TensorFlow and run what is not done yet.

    `prefix` is as it was typed, if it was.
    """
    check_grid(points)
    configs = [point.config for point in points]
    outputs.make_folder()
    with run_lock(outputs.lock):
        inputs = prepare(args, configs, content, styles, outputs, overwrite=True)
        runs = [
            TransferRun(cell, _outputs_of(point, outputs), True, args.report, args.preset)
            for point, cell in zip(points, inputs, strict=True)
        ]
        sweep = prepare_sweep(points, runs, outputs, title, overwrite=args.force, page=args.report)
        if not all(cell.done for cell in sweep.cells):
            start_tensorflow(args, configs[0].transfer)
        return sweep.run(new_command_line(args, prefix))


@dataclass
class Sweep:
    """A sweep whose inputs are read, whose settings are checked and whose outputs can be written."""

    cells: list[SweepCell]
    outputs: Outputs
    inputs: list[Cell]
    title: str
    page: bool
    networks: dict[tuple[str, int], Network] = field(default_factory=dict)

    def run(self, command: CommandLine) -> int:
        """Run what is left, whatever becomes of each. Raises StyleTransferError if anything failed."""
        lines = ProgressLines(len(self.cells), 1)
        saver = Saver(lines.message)
        for number, cell in enumerate(self.cells, start=1):
            heading = f'{number} of {len(self.cells)}: {cell.point.label}'
            lines.message(f'{heading}, done already' if cell.done else heading)
            if cell.done:
                continue
            self._save(saver)
            self._save_page(saver, running=True)
            cell.make(command, partial(self._network, cell.point.config.transfer, lines))
            if cell.failure:
                lines.message(f'{cell.point.label}: {cell.failure}')
        self._save(saver)
        self._save_page(saver, running=False)
        saver.finish()
        if not saver.problem:
            lines.message(f'{self.outputs.picture} and {self.outputs.table}')
        problems = [str(problem) for problem in (self._failures(), saver.problem) if problem]
        if problems:
            raise StyleTransferError(' '.join(problems))
        return 0

    def _network(self, config: TransferConfig, lines: ProgressLines) -> Network:
        weights = config.computation.weights
        key = weights, config.start.seed if weights == 'random' else 0
        if key not in self.networks:
            self.networks = {key: announce_network(config, lines, keep=True)}  # one at a time in memory
        return self.networks[key]

    def _save(self, saver: Saver) -> None:
        pixels = sheet(self.inputs, self.cells, self.title)
        saver.save(self.outputs.table, partial(write_whole, data=table(self.cells), overwrite=True))
        saver.save(self.outputs.picture, partial(write_picture, pixels=pixels, overwrite=True))

    def _save_page(self, saver: Saver, *, running: bool) -> None:
        if self.page:
            from .sweep_page import page_of_cells

            page = page_of_cells(self.cells, self.outputs, self.title, running=running)
            saver.save(self.outputs.page, partial(write_whole, data=page, overwrite=True))

    def _failures(self) -> str | None:
        failed = [cell.point.label for cell in self.cells if cell.failure]
        if not failed:
            return None
        return (
            f'{len(failed)} of {len(self.cells)} failed: {"; ".join(failed)}. The reasons are in '
            f'{self.outputs.table}; the same command tries them again.'
        )


def prepare_sweep(
    points: Sequence[GridPoint],
    runs: Sequence[TransferRun],
    outputs: Outputs,
    title: str,
    *,
    overwrite: bool,
    page: bool,
) -> Sweep:
    """Check what a sweep would write, without TensorFlow.

    `outputs` are those of the sweep itself, with the contact sheet as its picture. Raises OutputError for a
    file that is in the way and is no result of this sweep.
    """
    resumed = is_table_of_a_sweep(outputs.table)
    for path in (outputs.picture, outputs.table):
        check_place(path, overwrite=resumed or overwrite)
    check_page(outputs, wanted=page, overwrite=overwrite, renewed=resumed)
    cells = list(map(SweepCell, points, runs))
    for cell in cells:
        cell.look()
        if not cell.done:
            cell.check(resumed=resumed, overwrite=overwrite)
    return Sweep(cells, outputs, _input_cells(runs[0].inputs), title, page)


def check_grid(points: Sequence[GridPoint]) -> None:
    """Raise ConfigError for settings that one process cannot have both of."""
    computations = [point.config.transfer.computation for point in points]
    if len({computation.deterministic for computation in computations}) > 1:
        raise ConfigError(
            'Expected one value of deterministic: it holds for all that a process computes. Received: yes, no'
        )


def _outputs_of(point: GridPoint, outputs: Outputs) -> Outputs:
    prefix = outputs.prefix
    return Outputs(prefix.with_name(f'{prefix.name}_{point.file_name}'), outputs.suffix, point.config)


def _input_cells(inputs: Inputs) -> list[Cell]:
    """Return the pictures that go in; what is both content and style, as in a reconstruction, once."""
    cells = [Cell(inputs.files.content_path.name, inputs.resized_content())]
    for path, pixels in zip(inputs.files.style_paths, inputs.resized_styles(), strict=True):
        if path != inputs.files.content_path:
            cells.append(Cell(path.name, pixels))
    return cells
