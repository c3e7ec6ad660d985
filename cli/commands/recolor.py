"""`nst-lbfgs recolor RESULT CONTENT OUT`: the content's colours for a finished picture."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.checks import check_between, check_choice
from nst_lbfgs.pictures.colour_names import COLOUR_SPACE_NAMES, DEFAULT_COLOUR_SPACE

from ..options import HelpFormatter, add_files, add_option

DESCRIPTION = """
Give RESULT, a finished picture, the colours of CONTENT, the photograph that it was made of: RESULT's
brightness stays, and with it the brush strokes. CONTENT is brought to RESULT's size. Where sRGB has no colour
so strong at that brightness, it is made paler in the same hue.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'recolor',
        help="give a finished picture the content's colours",
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.add_argument('result', metavar='RESULT', type=Path, help='the finished picture')
    parser.add_argument('content', metavar='CONTENT', type=Path, help='the picture whose colours it gets')
    parser.add_argument(
        'output',
        metavar='OUT',
        type=Path,
        help='the recoloured picture: a name that ends in .png, .jpg, .webp or .tif',
    )
    parser.set_defaults(run=run)
    _add_colours(parser.add_argument_group('colours'))
    add_files(parser.add_argument_group('files'))


def run(args: argparse.Namespace) -> int:
    """Read both pictures, recolour, write."""
    check_choice('color_space', args.color_space, COLOUR_SPACE_NAMES)
    check_between('color_strength', args.color_strength, 0, 1)

    from ..runs.recolouring import recolour

    return recolour(args)


def _add_colours(group: argparse._ArgumentGroup) -> None:
    add_option(
        group,
        '--color-space',
        metavar='SPACE',
        default=DEFAULT_COLOUR_SPACE,
        help="where brightness is told from colour: yiq, television's, which keeps skies blue, or lab, in "
        'which equal steps look about equal (default: %(default)s)',
    )
    add_option(
        group,
        '--color-strength',
        type=float,
        metavar='S',
        default=1.0,
        help="the share of the content's in the colours, 0 to 1 (default: %(default)s)",
    )
