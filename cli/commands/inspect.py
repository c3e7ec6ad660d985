"""`nst-lbfgs inspect IMAGE`: what VGG19 sees in a picture, its edges and its total variation."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.config import POOLINGS
from nst_lbfgs.run_config import PictureConfig, RunConfig

from ..options import HelpFormatter, add_option, add_setting, settings_from

DESCRIPTION = """
Show for each layer of VGG19 its features for IMAGE, of shape (1, height, width, channels), and their Gram
matrix per location, of shape (channels, channels): minimum, maximum and mean. Show also the total variation
of the picture in 0..1, sum |dy| + sum |dx|. The picture is first resized to 512 pixels on its longer side,
unless a height or a width is given.
"""
SIZE = PictureConfig(image_height=None, longest_side=512)  # as in TensorFlow's tutorial


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'inspect',
        help='what VGG19 sees in a picture; its edges',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument('image', metavar='IMAGE', type=Path, help='the picture')
    output = parser.add_argument_group('what is shown')
    add_option(output, '--json', action='store_true', help='JSON instead of a table')
    add_option(
        output,
        '--edges',
        metavar='OUT',
        type=Path,
        help='write horizontal and vertical differences and Sobel edges as one picture',
    )
    add_option(output, '--force', action='store_true', help='replace OUT if it exists')
    picture = parser.add_argument_group('the picture')
    for side in ('height', 'width'):
        add_option(
            picture,
            f'--image-{side}',
            type=int,
            metavar='PIXELS',
            default=argparse.SUPPRESS,
            help=f'{side}; alone, it keeps the aspect ratio',
        )
    add_option(
        picture,
        '--max-pixels',
        type=int,
        metavar='N',
        help="largest picture file that is read, in pixels (default: Pillow's limit)",
    )
    network = parser.add_argument_group('the network')
    add_setting(network, '--weights', 'imagenet, the path of an h5 file, or random (for tests)')
    add_setting(network, '--pooling', 'how VGG19 pools; the weights stay as they are', choices=POOLINGS)
    add_setting(network, '--seed', 'seed of random weights', type=int)
    add_option(network, '--verbose', action='store_true', help="show TensorFlow's own messages")


def run(args: argparse.Namespace) -> int:
    """Read the picture, look, print; write the picture of edges if it was asked for."""
    config = settings_from(args, RunConfig(pictures=SIZE))

    from ..runs.inspection import inspect_picture

    return inspect_picture(args, config)
