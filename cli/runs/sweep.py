"""A sweep: one pair of pictures, every cell of a grid of settings."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.pictures.contact_sheet import Cell as SheetCell

from .cell import Cell
from .command_line import CommandLine
from .grid import GridPoint, check_one_determinism
from .inputs import Inputs
from .kept_network import KeptNetwork
from .lock import run_lock
from .outputs import Outputs
from .progress import ProgressLines
from .series import Series
from .starting import new_command_line, prepare, start_tensorflow
from .sweep_page import inputs_shown
from .sweep_results import sheet
from .transfer import TransferRun, announce_network


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

    `prefix` is as it was typed, if it was. Raises StyleTransferError, at the end if one run failed.
    """
    configs = [point.config for point in points]
    check_one_determinism(configs)
    outputs.make_folder()
    with run_lock(outputs.lock):
        inputs = prepare(args, configs, content, styles, outputs, overwrite=True)
        runs = [
            TransferRun(cell, _outputs_of(point, outputs), True, args.report, args.preset)
            for point, cell in zip(points, inputs, strict=True)
        ]
        cells = list(map(_cell, points, runs))
        lines = ProgressLines(len(cells), 1)
        series = Series(
            cells,
            outputs,
            title,
            partial(sheet, _input_cells(inputs[0]), cells, title),
            partial(inputs_shown, inputs[0]),
            args.report,
            lines.message,
        )
        series.check(overwrite=args.force)
        if not all(cell.done for cell in cells):
            start_tensorflow(args.verbose, configs[0].transfer)
        series.make(_ended(cells, runs, new_command_line(args, prefix), lines))
        series.conclude()
        return 0


def _ended(
    cells: Sequence[Cell], runs: Sequence[TransferRun], command: CommandLine, lines: ProgressLines
) -> Iterator[Cell]:
    """Make the cells that are not done, in their order, and yield each; the network is loaded once."""
    kept = KeptNetwork()
    for number, (cell, run) in enumerate(zip(cells, runs, strict=True), start=1):
        heading = f'{number} of {len(cells)}: {cell.label}'
        lines.message(f'{heading}, done already' if cell.done else heading)
        if cell.done:
            continue
        problem, config = None, run.config.transfer
        try:
            run.run(command, kept.of(config, partial(announce_network, config, lines, keep=True)))
        except StyleTransferError as error:
            problem = str(error)
        cell.tried(problem)
        if cell.failure:
            lines.message(f'{cell.label}: {cell.failure}')
        yield cell


def _cell(point: GridPoint, run: TransferRun) -> Cell:
    digests = run.inputs.files.digests()
    return Cell(point.label, point.choices, run.config, run.outputs, lambda: digests)


def _outputs_of(point: GridPoint, outputs: Outputs) -> Outputs:
    prefix = outputs.prefix
    return Outputs(prefix.with_name(f'{prefix.name}_{point.file_name}'), outputs.suffix, point.config)


def _input_cells(inputs: Inputs) -> list[SheetCell]:
    """Return the pictures that go in; what is both content and style, as in a reconstruction, once."""
    cells = [SheetCell(inputs.files.content_path.name, inputs.resized_content())]
    for path, pixels in zip(inputs.files.style_paths, inputs.resized_styles(), strict=True):
        if path != inputs.files.content_path:
            cells.append(SheetCell(path.name, pixels))
    return cells
