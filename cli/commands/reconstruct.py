"""`nst-lbfgs reconstruct`: what of a picture is in a layer of VGG19."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from nst_lbfgs.config import RunConfig
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.reconstruction import COMBINATIONS, RECONSTRUCTIONS, layer_sets

from ..options import HelpFormatter, add_option, add_optional_paths, add_running, settings_from
from ..runs.grid import GridPoint, shown_layers
from ..settings import add_adam, add_network, add_pictures, add_search

DESCRIPTION = """
From noise, search for a picture that has the same features (content) or the same Gram matrices
(style, which makes a texture) as IMAGE in a layer of VGG19. One layer gives PREFIX.png and its run
record PREFIX.json. Several layers give a picture and a record each, PREFIX_LAYER.png and .json,
all of them side by side with their labels as PREFIX.png, and a table of losses, PREFIX.csv; the
same command again goes on where an interrupted one ended.
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
                "how the names of the results begin, folder included (default: the picture's "
                'name and _content or _style, in this folder)',
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
        default=0.0,
        metavar='WEIGHT',
        help='weight of total variation: higher is smoother (default: 0)',
    )


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    points, config = _points(args)
    if len(points) == 1:
        return _reconstruct_one(args, config)
    return _reconstruct_several(args, points, config)


def _reconstruct_one(args: argparse.Namespace, config: RunConfig) -> int:
    from ..runs.command_line import CommandLine
    from ..runs.memory_check import within_memory
    from ..runs.quiet import import_tensorflow
    from ..runs.transfer import prepare

    prepared = prepare(
        config,
        args.image,
        args.image,
        _prefix(args),
        max_pixels=args.max_pixels,
        overwrite=args.force,
        preset=args.preset,
    )
    prepared = within_memory(prepared, [config.transfer], fit=args.fit)
    import_tensorflow(verbose=args.verbose)
    return prepared.run(CommandLine.of_new_run(sys.argv[1:], _prefix(args), in_metadata=args.metadata))


def _reconstruct_several(args: argparse.Namespace, points: list[GridPoint], config: RunConfig) -> int:
    from nst_lbfgs.pictures.contact_sheet import Cell

    from ..runs.command_line import CommandLine
    from ..runs.memory_check import within_memory
    from ..runs.quiet import import_tensorflow
    from ..runs.sweep import prepare_sweep
    from ..runs.transfer import prepare

    sheet = prepare(
        config,
        args.image,
        args.image,
        _prefix(args),
        max_pixels=args.max_pixels,
        overwrite=True,
        preset=args.preset,
    )
    sheet = within_memory(sheet, [point.config for point in points], fit=args.fit)
    sweep = prepare_sweep(
        sheet,
        points,
        [Cell(args.image.name, sheet.inputs.resized_content())],
        f'The {args.term} of {args.image.name} in the layers of VGG19',
        overwrite=args.force,
    )
    if not sweep.finished():
        import_tensorflow(verbose=args.verbose)
    return sweep.run(CommandLine.of_new_run(sys.argv[1:], _prefix(args), in_metadata=args.metadata))


def _points(args: argparse.Namespace) -> tuple[list[GridPoint], RunConfig]:
    """Return a point for each picture, and the configuration of the first."""
    base = settings_from(args, PRESETS[args.preset] if args.preset else RunConfig())
    base = replace(base, pictures=replace(base.pictures, enhancement=None, save_every=0))
    points = []
    for layers in layer_sets(args.layers, args.combine):
        config = RECONSTRUCTIONS[args.term](base.transfer, layers)
        label = shown_layers(tuple((layer, 1.0) for layer in layers))
        points.append(GridPoint(label, {'layers': label}, config))
    return points, replace(base, transfer=points[0].config)


def _prefix(args: argparse.Namespace) -> Path:
    return Path(args.result_prefix or f'{args.image.stem}_{args.term}')
