"""A sweep: every cell of a grid is run that is not done yet; sheet and table are renewed after each."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nst_lbfgs.config import RunConfig, TransferConfig
from nst_lbfgs.errors import ConfigError, StyleTransferError
from nst_lbfgs.files import already_exists, write_whole
from nst_lbfgs.pictures.contact_sheet import Cell
from nst_lbfgs.pictures.writing import write_picture
from nst_lbfgs.weights.sources import resolve_weights

from .command_line import CommandLine
from .grid import GridPoint
from .outputs import Outputs
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
    config: RunConfig,
    points: Sequence[GridPoint],
    content: Path,
    style: Path,
    outputs: Outputs,
    title: str,
) -> int:
    """Check the whole grid, then import TensorFlow and run what is not done yet."""
    variants = [point.config for point in points]
    base = prepare(
        args, config, content, style, outputs, overwrite=True, preset=args.preset, variants=variants
    )
    sweep = prepare_sweep(base, points, title, overwrite=args.force)
    if not all(cell.done for cell in sweep.cells):
        start_tensorflow(args, variants[0])
    return sweep.run(new_command_line(args, args.result_prefix))


@dataclass
class Sweep:
    """A sweep whose inputs are read, whose settings are checked and whose outputs can be written."""

    cells: list[SweepCell]
    outputs: Outputs
    inputs: list[Cell]
    title: str
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
            cell.make(command, partial(self._network, cell.point.config, lines))
            if cell.failure:
                lines.message(f'{cell.point.label}: {cell.failure}')
        self._save(saver)
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

    def _failures(self) -> str | None:
        failed = [cell.point.label for cell in self.cells if cell.failure]
        if not failed:
            return None
        return (
            f'{len(failed)} of {len(self.cells)} failed: {"; ".join(failed)}. The reasons are in '
            f'{self.outputs.table}; the same command tries them again.'
        )


def prepare_sweep(base: TransferRun, points: Sequence[GridPoint], title: str, *, overwrite: bool) -> Sweep:
    """Check everything that a sweep needs, without TensorFlow.

    `base` is the run with the settings that do not vary, and the contact sheet as its picture. Raises
    ConfigError, WeightsError, and OutputError for a file that is in the way and is no result of this
    sweep.
    """
    resumed = is_table_of_a_sweep(base.outputs.table)
    if not (resumed or overwrite):
        for path in (base.outputs.picture, base.outputs.table):
            if os.path.lexists(path):
                raise already_exists(path)
    _check_settings(base, points)
    cells = [_cell(base, point) for point in points]
    for cell in cells:
        cell.look()
        if not cell.done:
            cell.check(resumed=resumed, overwrite=overwrite)
    return Sweep(cells, base.outputs, _input_cells(base), title)


def _check_settings(base: TransferRun, points: Sequence[GridPoint]) -> None:
    """Find out now what would otherwise come to light halfway."""
    for point in points:
        if point.config.start.init == 'picture' and base.config.pictures.init_path is None:
            raise ConfigError(f'Expected --init PATH for {point.label}. Received: none.')
        base.inputs.check_references(point.config)
    if len({point.config.computation.deterministic for point in points}) > 1:
        raise ConfigError(
            'Expected one value of deterministic: it holds for all that a process computes. Received: yes, no'
        )
    for name in {point.config.computation.weights for point in points} - {'imagenet'}:
        resolve_weights(name)


def _cell(base: TransferRun, point: GridPoint) -> SweepCell:
    config = replace(base.config, transfer=point.config)
    prefix = base.outputs.prefix
    outputs = Outputs(prefix.with_name(f'{prefix.name}_{point.file_name}'), base.outputs.suffix, config)
    return SweepCell(point, replace(base, config=config, outputs=outputs, overwrite=True))


def _input_cells(base: TransferRun) -> list[Cell]:
    """Return the pictures that go in; what is both content and style, as in a reconstruction, once."""
    inputs = base.inputs
    cells = [Cell(inputs.content_path.name, inputs.resized_content())]
    if inputs.style_path != inputs.content_path:
        cells.append(Cell(inputs.style_path.name, inputs.resized_style()))
    return cells
