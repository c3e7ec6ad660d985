"""`nst-lbfgs reconstruct`: what of a picture is in a layer of VGG19."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from nst_lbfgs.flat_settings import with_run_settings
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.reconstruction import COMBINATIONS, RECONSTRUCTIONS, layer_sets
from nst_lbfgs.run_config import RunConfig

from ..options import HelpFormatter, add_option, add_optional_paths, add_running, settings_from
from ..runs.grid import GridPoint, shown_layers
from ..settings import add_adam, add_network, add_pictures, add_search

DESCRIPTION = """
From noise, search for a picture that has the same features (content) or the same Gram matrices
(style, which makes a texture) as IMAGE in a layer of VGG19. One layer gives PREFIX.png and its run
record PREFIX.json. Several layers give a picture and a record each, PREFIX_LAYER.png and .json,
all of them side by side with their labels as PREFIX.png, and a table of losses, PREFIX.csv. PREFIX.html shows
them in a browser. The
same command again makes only what is missing or failed.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'reconstruct',
        help="invert a layer's features, or make a texture",
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        'term', choices=sorted(RECONSTRUCTIONS), metavar='content|style', help='features, or Gram matrices'
    )
    parser.add_argument('image', metavar='IMAGE', type=Path, help='the picture')
    add_optional_paths(
        parser,
        {
            'result_prefix': (
                'PREFIX',
                'how the names of the results begin, folder included; a folder, as in out/, takes results '
                'that are named after the picture, as in town_style (default: this folder)',
            )
        },
    )
    _add_layers(parser.add_argument_group('what is minimised'))
    add_search(parser.add_argument_group('the search'))
    add_adam(parser.add_argument_group('Adam, for --optimizer adam'))
    add_pictures(parser.add_argument_group('the pictures'))
    add_network(parser.add_argument_group('the network'))
    add_running(parser.add_argument_group('running'))


def _add_layers(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        '--layer',
        '--layers',
        dest='layers',
        action='extend',
        nargs='+',
        required=True,
        metavar='NAME',
        help='one layer or several; repeatable',
    )
    add_option(
        group,
        '--combine',
        choices=COMBINATIONS,
        default='each',
        help='a picture from each layer alone, from each with all before it (cumulative), '
        'or one picture from all (default: %(default)s)',
    )
    add_option(
        group,
        '--tv-weight',
        type=float,
        default=argparse.SUPPRESS,
        metavar='WEIGHT',
        help='weight of total variation: higher is smoother (default: 0)',
    )


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    points, config = _points(args)

    from ..runs.outputs import Outputs

    outputs = Outputs.of(args.result_prefix or './', config, f'{args.image.stem}_{args.term}')

    from ..runs.starting import run_once
    from ..runs.sweep import run_sweep

    if len(points) == 1:
        return run_once(args, config, args.image, outputs)
    title = f'The {args.term} of {args.image.name} in the layers of VGG19'
    return run_sweep(args, points, args.image, [args.image], outputs, title, prefix=args.result_prefix)


def _points(args: argparse.Namespace) -> tuple[list[GridPoint], RunConfig]:
    """Return a point of the grid for each picture to be made, and the configuration of the first."""
    preset = PRESETS[args.preset] if args.preset else RunConfig()
    base = settings_from(args, with_run_settings(preset, {'tv_weight': 0.0}))
    # The style picture is the content picture, so it is resized alike.
    pictures = replace(base.pictures, enhancement=None, save_every=0, style_size='content')
    points = []
    for layers in layer_sets(args.layers, args.combine):
        config = replace(base, transfer=RECONSTRUCTIONS[args.term](base.transfer, layers), pictures=pictures)
        label = shown_layers(tuple((layer, 1.0) for layer in layers))
        points.append(GridPoint(label, {'layers': label}, config))
    return points, points[0].config
