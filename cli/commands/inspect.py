"""`nst-lbfgs inspect IMAGE`: what VGG19 sees in a picture, its edges and its total variation."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from nst_lbfgs.config import POOLINGS, PictureConfig, RunConfig, TransferConfig

from ..options import HelpFormatter, add_option, add_setting, settings_from
from ..runs.streams import put, tell

if TYPE_CHECKING:
    from nst_lbfgs.arrays import Pixels
    from nst_lbfgs.inspection import LayerReport, Statistics

DESCRIPTION = """
Show the outputs of VGG19's layers for IMAGE, (1, height, width, channels), and their Gram matrices
per location, (channels, channels): least, greatest and mean value of each; and the total variation
of the picture in 0..1, sum |dy| + sum |dx|. The picture is first brought to 512 pixels on its
longer side, unless a height or a width is given.
"""
SIZE = PictureConfig(image_height=None, longest_side=512)  # as in seed 002


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
        help='leave horizontal and vertical deltas and Sobel edges as one picture',
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
    from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
    from nst_lbfgs.pictures.size import check_size, fitted_size, resize
    from nst_lbfgs.pictures.writing import check_output
    from nst_lbfgs.quiet import import_tensorflow

    config = settings_from(args, RunConfig(pictures=SIZE))
    if args.edges:
        check_output(args.edges, overwrite=args.force)
    picture = read_picture(args.image, max_pixels=MAX_PIXELS if args.max_pixels is None else args.max_pixels)
    size = fitted_size(
        *picture.pixels.shape[:2],
        target_height=config.pictures.image_height,
        target_width=config.pictures.image_width,
        longest_side=config.pictures.longest_side,
    )
    check_size(*size, args.image)
    pixels = resize(picture.pixels, *size)
    import_tensorflow(verbose=args.verbose)
    _print_report(args, pixels, config.transfer)
    if args.edges:
        _write_edges(args, pixels)
    return 0


def _print_report(args: argparse.Namespace, pixels: Pixels, config: TransferConfig) -> None:
    from nst_lbfgs.inspection import layer_reports, total_variation

    from ..runs.progress import ProgressLines
    from ..runs.transfer import announce_network

    network = announce_network(config, ProgressLines(1, 1))
    layers = layer_reports(pixels, network, pooling=config.objective.pooling)
    variation = total_variation(pixels)
    if args.json:
        report = {
            'height': pixels.shape[0],
            'width': pixels.shape[1],
            'pooling': config.objective.pooling,
            'weights_sha256': network.weights.sha256,
            'total_variation': variation,
            'layers': [asdict(layer) for layer in layers],
        }
        put(json.dumps(report, indent=2))
        return
    put(f'{args.image}, {pixels.shape[1]} x {pixels.shape[0]} pixels')
    put(f'Total variation, sum |dy| + sum |dx| in 0..1: {variation:,.2f}\n')
    put(_table(layers))


def _table(layers: Sequence[LayerReport]) -> str:
    """Return the reports as aligned columns."""
    columns = f'{"minimum":>12}{"maximum":>12}{"mean":>12}'
    heading = f'{"":14}{"features":<21}{columns}   {"Gram matrix":<13}{columns}'
    rows = [
        f'{layer.layer:<14}{_statistics(layer.features, 21)}   {_statistics(layer.gram, 13)}'
        for layer in layers
    ]
    return '\n'.join([heading, *rows])


def _statistics(statistics: Statistics, width: int) -> str:
    numbers = (statistics.minimum, statistics.maximum, statistics.mean)
    return f'{str(statistics.shape):<{width}}' + ''.join(f'{number:12.5g}' for number in numbers)


def _write_edges(args: argparse.Namespace, pixels: Pixels) -> None:
    from nst_lbfgs.inspection import edge_pictures
    from nst_lbfgs.pictures.contact_sheet import Cell, contact_sheet
    from nst_lbfgs.pictures.writing import write_picture

    cells = [Cell(title, edges) for title, edges in edge_pictures(pixels).items()]
    sheet = contact_sheet(
        [cells[:2], cells[2:]], f'Edges of {args.image.name}', largest_side=max(pixels.shape[:2])
    )
    write_picture(args.edges, sheet, overwrite=args.force)
    tell(str(args.edges))
