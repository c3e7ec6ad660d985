"""What `nst-lbfgs inspect` shows of a picture: a table or JSON of its layers, and a picture of its edges."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.config import TransferConfig
from nst_lbfgs.pictures.contact_sheet import Cell, contact_sheet
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.pictures.size import check_size, fitted_size, resize
from nst_lbfgs.pictures.writing import check_output, write_picture
from nst_lbfgs.run_config import RunConfig

from .progress import ProgressLines
from .streams import put, tell
from .tensorflow import import_tensorflow_for_good
from .transfer import announce_network

if TYPE_CHECKING:
    from nst_lbfgs.inspection import LayerReport, Statistics


def inspect_picture(args: argparse.Namespace, config: RunConfig) -> int:
    """Print what VGG19 sees in the picture, and write the picture of its edges if it was asked for."""
    if args.edges:
        check_output(args.edges, overwrite=args.force)
    pixels = _read(args, config)
    import_tensorflow_for_good(verbose=args.verbose)
    _print_report(args, pixels, config.transfer)
    if args.edges:
        _write_edges(args, pixels)
    return 0


def _read(args: argparse.Namespace, config: RunConfig) -> Pixels:
    picture = read_picture(args.image, max_pixels=MAX_PIXELS if args.max_pixels is None else args.max_pixels)
    size = fitted_size(
        *picture.pixels.shape[:2],
        target_height=config.pictures.image_height,
        target_width=config.pictures.image_width,
        longest_side=config.pictures.longest_side,
    )
    check_size(*size, args.image)
    return resize(picture.pixels, *size)


def _print_report(args: argparse.Namespace, pixels: Pixels, config: TransferConfig) -> None:
    from nst_lbfgs.inspection import layer_reports, total_variation

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

    cells = [Cell(title, edges) for title, edges in edge_pictures(pixels).items()]
    sheet = contact_sheet(
        [cells[:2], cells[2:]], f'Edges of {args.image.name}', largest_side=max(pixels.shape[:2])
    )
    write_picture(args.edges, sheet, overwrite=args.force)
    tell(str(args.edges))
