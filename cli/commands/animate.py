"""`nst-lbfgs animate PREFIX OUT`: a finished run's iterations as a moving picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..options import HelpFormatter, add_files, add_option

DESCRIPTION = """
Show how a picture was painted: the content, then the picture after each iteration that was saved
(PREFIX_at_iteration_0.png and so on), then the finished one.
"""
LONGEST_SIDE = 640


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'animate',
        help="a run's iterations as a moving picture",
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.add_argument('prefix', metavar='PREFIX', type=Path, help="the run's PREFIX, or its record")
    parser.add_argument(
        'output',
        metavar='OUT',
        type=Path,
        help='a name that ends in .gif (256 colours), .webp, .png or .apng (without loss), or .mp4 (needs '
        'pip install imageio-ffmpeg)',
    )
    parser.set_defaults(run=run)
    timing = parser.add_argument_group('timing')
    _add_seconds(timing, 'frame', 0.2, 'of each iteration')
    _add_seconds(timing, 'first', 1.0, 'of the first frame')
    _add_seconds(timing, 'last', 2.0, 'of the finished picture')
    add_option(
        timing,
        '--plays',
        type=int,
        metavar='N',
        default=0,
        help='how often it is played; 0 is for ever; not for .mp4 (default: %(default)s)',
    )
    files = parser.add_argument_group('files')
    add_option(
        files,
        '--longest-side',
        type=int,
        metavar='PIXELS',
        default=LONGEST_SIDE,
        help='pictures with more pixels on their longer side are made smaller to that (default: %(default)s)',
    )
    add_files(files)


def run(args: argparse.Namespace) -> int:
    """Find the pictures, read them, write the animation."""
    from ..runs.animating import animate

    return animate(args)


def _add_seconds(group: argparse._ArgumentGroup, name: str, default: float, effect: str) -> None:
    add_option(
        group,
        f'--{name}-seconds',
        type=float,
        metavar='S',
        default=default,
        help=f'seconds {effect}, 0.02 to 60 (default: %(default)s)',
    )
