"""`nst-lbfgs enhance IN OUT`: the post-processing alone."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.pictures.enhancement import Enhancement

from ..options import HelpFormatter, add_files

DESCRIPTION = """
Change a picture's brightness, colour and sharpness, in this order. A factor of 1 changes nothing.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'enhance',
        help='change the brightness, colour and sharpness of a picture',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.add_argument('input', metavar='IN', type=Path, help='the picture')
    parser.add_argument(
        'output',
        metavar='OUT',
        type=Path,
        help='the enhanced picture: a name that ends in .png, .jpg, .webp or .tif',
    )
    factors = parser.add_argument_group('factors')
    _add_factor(factors, 'brightness', '0 is black')
    _add_factor(factors, 'color', 'saturation; 0 is grey')
    _add_factor(factors, 'sharpness', '0 is blurred')
    add_files(parser.add_argument_group('files'))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, enhance, write."""
    factors = Enhancement(args.brightness, args.color, args.sharpness)

    from nst_lbfgs.pictures.enhancement import enhance
    from nst_lbfgs.pictures.reading import MAX_PIXELS, WHITE, read_picture
    from nst_lbfgs.pictures.writing import check_output, check_size_for_format, keeps_alpha, write_picture

    check_output(args.output, overwrite=args.force)
    picture = read_picture(
        args.input,
        background=None if keeps_alpha(args.output) else WHITE,
        max_pixels=MAX_PIXELS if args.max_pixels is None else args.max_pixels,
    )
    check_size_for_format(args.output, *picture.pixels.shape[:2])
    pixels = enhance(picture.pixels, factors)
    write_picture(args.output, pixels, overwrite=args.force, alpha=picture.alpha, dpi=picture.dpi)
    return 0


def _add_factor(group: argparse._ArgumentGroup, name: str, effect: str) -> None:
    default = getattr(Enhancement, name)
    group.add_argument(
        f'--{name}',
        type=float,
        metavar='FACTOR',
        default=default,
        help=f'{effect} (default: %(default)s)',
    )
