"""`nst-lbfgs run`: an old Keras script, run as it is."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.legacy.settings import PRECISIONS

from ..runs.streams import put

DESCRIPTION = """
Run an unmodified Keras 1 or 2, or TensorFlow 1, script or notebook on today's TensorFlow. Its code
can do anything that you can: run only what you trust.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'run',
        help='run an old Keras or TensorFlow 1 style-transfer script, unmodified',
        description=DESCRIPTION,
    )
    parser.add_argument(
        '--weights',
        default='imagenet',
        metavar='W',
        help="what weights='imagenet' means for VGG19: 'imagenet' (default), "
        "'random' (all networks, to try a script), or a file",
    )
    parser.add_argument(
        '--precision',
        choices=PRECISIONS,
        default='float32',
        help='what networks compute in (default: %(default)s)',
    )
    parser.add_argument(
        '--check', action='store_true', help='do not run the script; list what it uses and what is supported'
    )
    parser.add_argument('script', metavar='SCRIPT', help='a .py or .ipynb file')
    parser.add_argument(
        'arguments', metavar='ARGS', nargs=argparse.REMAINDER, help="the script's own arguments"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run or check the script; return its exit code, or whether it is supported (0) or not (1)."""
    path = Path(args.script)
    if args.check:
        from nst_lbfgs.legacy.check import check_script

        report = check_script(path)
        put(str(report))
        return 0 if report.is_supported else 1
    from nst_lbfgs.legacy.runner import run_script

    return run_script(path, args.arguments, weights=args.weights, precision=args.precision)
