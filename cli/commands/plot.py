"""`nst-lbfgs plot RECORD [RECORD ...] OUT`: the losses of finished runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.errors import ConfigError

from ..options import HelpFormatter, add_option

DESCRIPTION = """
Draw the loss after each iteration, on a logarithmic axis: of one run with its terms, of several beside each
other. Runs can be compared where they minimise the same thing: same pictures, weights and size.
"""
FORMATS = ('.png', '.svg')
AXES = ('evaluations', 'seconds')


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'plot',
        help='the losses of finished runs as curves',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        'records', metavar='RECORD', nargs='+', type=Path, help='the record or the PREFIX of a run'
    )
    parser.add_argument(
        'output',
        metavar='OUT',
        type=Path,
        help='a name that ends in .png or .svg; needs pip install matplotlib',
    )
    parser.set_defaults(run=run)
    add_option(
        parser,
        '--by',
        choices=AXES,
        default=AXES[0],
        help='what the losses are drawn against (default: %(default)s)',
    )
    add_option(parser, '--force', action='store_true', help='replace OUT if it exists')


def run(args: argparse.Namespace) -> int:
    """Read the records, draw, write."""
    if args.output.suffix.lower() not in FORMATS:
        raise ConfigError(
            f'Expected OUT: a name that ends in {" or ".join(FORMATS)}. Received: {args.output}'
        )

    from ..runs.plotting import plot_losses

    return plot_losses(args)
