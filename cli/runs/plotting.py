"""What `nst-lbfgs plot` does, and whether there is anything to draw with."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import ConfigError, OutputWriteError, RecordError
from nst_lbfgs.files import check_place, check_room, write_whole
from nst_lbfgs.records.record import read_record

from .outputs import record_of
from .streams import tell

NUMBERS = ('evaluations', 'seconds', 'loss', 'content_loss', 'style_loss', 'total_variation_loss')


def check_matplotlib(what_for: str) -> None:
    """Raise OutputWriteError where matplotlib is missing or cannot be imported."""
    try:
        import nst_lbfgs.plots.axes  # noqa: F401
    except ImportError as error:
        raise OutputWriteError(
            f'Expected matplotlib for {what_for}: pip install matplotlib. Received: {error}'
        ) from error


def plot_losses(args: argparse.Namespace) -> int:
    """Draw the losses of runs. Raises ConfigError, RecordError and OutputError."""
    check_place(args.output, overwrite=args.force)
    check_room(args.output)
    check_matplotlib('plot')
    paths = [record_of(path) for path in args.records]
    names = _names(paths)
    runs = {name: _iterations(path, read_record(path)) for name, path in zip(names, paths, strict=True)}

    from nst_lbfgs.plots.axes import encoded
    from nst_lbfgs.plots.losses import loss_figure

    write_whole(args.output, encoded(loss_figure(runs, args.by), args.output.suffix), overwrite=args.force)
    tell(str(args.output))
    return 0


def _names(paths: Sequence[Path]) -> list[str]:
    """Return what tells the runs apart: their names, or the whole paths."""
    if len(set(paths)) < len(paths):
        raise ConfigError(f'Expected each run once. Received: {", ".join(map(str, paths))}')
    names = [path.stem for path in paths]
    return names if len(set(names)) == len(names) else [str(path.with_suffix('')) for path in paths]


def _iterations(path: Path, record: dict[str, Any]) -> list[dict[str, Any]]:
    iterations = record.get('iterations')
    if not isinstance(iterations, list) or not iterations or not all(map(_is_complete, iterations)):
        raise RecordError(f'Expected a record with the losses of its iterations. Received: {path}')
    return iterations


def _is_complete(losses: object) -> bool:
    return isinstance(losses, dict) and all(
        isinstance(losses.get(name), (int, float)) and isfinite(losses[name]) for name in NUMBERS
    )
