"""`nst-lbfgs transfer`: a picture in the style of another."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.config import (
    GRAM_NORMALISATIONS,
    POOLINGS,
    PRECISIONS,
    REFERENCES,
    PictureConfig,
    RunConfig,
)
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.presets import DEFAULT_PRESET, PRESETS

from .options import HelpFormatter, add_option, add_setting, layer_weight, settings_from

if TYPE_CHECKING:
    from .transfer_run import TransferRun


DESCRIPTION = """
Paint BASE in the style of STYLE and leave the picture as PREFIX.png, the picture after each
iteration as PREFIX_at_iteration_0.png and so on, and the run record as PREFIX.json. The arguments
are those of Keras's examples/neural_style_transfer.py; every option may also be spelt with
underscores.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser('transfer', help='paint a picture in the style of another',
                                 description=DESCRIPTION, formatter_class=HelpFormatter)
    parser.set_defaults(run=run)
    parser.add_argument('base_image_path', nargs='?', metavar='BASE',
                        help='the content picture; or white, blank (the same) or black')
    parser.add_argument('style_reference_image_path', nargs='?', metavar='STYLE',
                        help='the style picture; or white, blank or black')
    parser.add_argument('result_prefix', nargs='?', metavar='PREFIX',
                        help='how the names of the results begin, folder included')
    add_settings(parser)
    _add_running(parser.add_argument_group('running'))


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add every option that sets a field of a run's configuration."""
    _add_objective(parser.add_argument_group('what is minimised'))
    search = parser.add_argument_group('the start and the search')
    _add_start(search)
    add_search(search)
    add_pictures(parser.add_argument_group('the pictures'))
    _add_post_processing(parser.add_argument_group('post-processing of every saved picture'))
    add_network(parser.add_argument_group('the network'))


def _add_objective(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--content-weight', 'higher keeps more of the content', type=float)
    add_setting(group, '--style-weight', 'higher takes more of the style', type=float)
    add_setting(group, '--tv-weight', 'weight of total variation: higher is smoother', type=float)
    add_setting(group, '--content-layer', 'layer whose features are the content; repeatable',
                field='content_layers', action='append', type=layer_weight, metavar='NAME[:WEIGHT]')
    add_setting(group, '--style-layer', 'layer whose Gram matrix is the style; repeatable',
                field='style_layers', action='append', type=layer_weight, metavar='NAME[:WEIGHT]')
    add_setting(group, '--gram', 'what Gram matrices are divided by', choices=GRAM_NORMALISATIONS)


def _add_start(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--init', 'the picture to start from: content, noise, or the path of one',
                metavar='content|noise|PATH')


def add_search(group: argparse._ActionsContainer) -> None:
    """Add the options about how the search goes and how long."""
    add_setting(group, '--iter', 'number of iterations', field='iterations', type=int, metavar='N')
    add_setting(group, '--maxfun', 'evaluations in an iteration',
                field='evaluations_per_iteration', type=int, metavar='N')
    add_setting(group, '--seed', 'seed of the noise and of random weights', type=int)
    add_setting(group, '--restart', 'forget the curvature after each iteration, as the book does',
                action=argparse.BooleanOptionalAction)
    add_setting(group, '--history', "L-BFGS's memory: more needs fewer evaluations and more memory",
                type=int, metavar='M')


def add_pictures(group: argparse._ActionsContainer) -> None:
    """Add the options about the pictures' sizes and files."""
    add_setting(group, '--image-height', 'height of the result in pixels; alone, it keeps the '
                'aspect ratio', config=PictureConfig, type=int, metavar='PIXELS')
    add_setting(group, '--image-width', 'width; with the height: exactly that size, squashed',
                config=PictureConfig, type=int, metavar='PIXELS')
    add_option(group, '--max-pixels', type=int, metavar='N',
               help="largest picture file that is read, in pixels (default: Pillow's limit)")


def _add_post_processing(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--enhance', 'enhance brightness, colour and sharpness',
                config=PictureConfig, action=argparse.BooleanOptionalAction)
    for name in ('brightness', 'color', 'sharpness'):
        add_setting(group, f'--{name}', 'factor; 1.0 changes nothing; implies --enhance',
                    config=PictureConfig, type=float, metavar='FACTOR')


def add_network(group: argparse._ActionsContainer) -> None:
    """Add the options about VGG19."""
    add_setting(group, '--weights', "imagenet, the path of an h5 file, or random (for tests)")
    add_setting(group, '--pooling', 'how VGG19 pools; the weights stay as they are',
                choices=POOLINGS)
    add_setting(group, '--precision', 'number type of the network', choices=PRECISIONS)
    add_setting(group, '--references', 'evaluate content and style rows once, or with every '
                'evaluation as the Keras example does: same result, three times the work',
                choices=REFERENCES)


def _add_running(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--save-every', 'save the picture of every Nth iteration and of the last; '
                '0 for none', config=PictureConfig, type=int, metavar='N')
    add_option(group, '--from', dest='record', metavar='RECORD', type=Path,
               help='repeat the run of this record, PREFIX.json; a single argument is the new PREFIX')
    add_running(group)


def add_running(group: argparse._ActionsContainer) -> None:
    """Add what every command has that runs transfers."""
    add_option(group, '--preset', choices=sorted(PRESETS), default=None,
               help=f'a published system; explicit options win over it (default: {DEFAULT_PRESET})')
    add_option(group, '--force', action='store_true', help='replace results that exist already')
    add_option(group, '--verbose', action='store_true', help="show TensorFlow's own messages")


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    from .transfer_run import prepare

    prepared = prepare(*_source(args), max_pixels=args.max_pixels, overwrite=args.force)
    return _transfer(prepared, verbose=args.verbose)


def _source(args: argparse.Namespace) -> tuple[RunConfig, Path, Path, Path]:
    """Return the configuration and the paths of base, style and prefix."""
    paths = [path for path in (args.base_image_path, args.style_reference_image_path,
                               args.result_prefix) if path is not None]
    if args.record is None:
        base = PRESETS[args.preset or DEFAULT_PRESET]
    else:
        from nst_lbfgs.record import read_record

        record = read_record(args.record)
        base = record['config']
        paths = _recorded_paths(record, paths)
    if len(paths) != 3:
        raise ConfigError('Expected BASE STYLE PREFIX, or --from RECORD. '
                          f'Received: {len(paths)} of them.')
    content, style, prefix = (Path(path) for path in paths)
    return settings_from(args, base), content, style, prefix


def _recorded_paths(record: dict[str, Any], paths: list[str]) -> list[str]:
    if len(paths) > 1:
        return paths
    return [record['content_path'], record['style_path'], *(paths or [record['prefix']])]


def _transfer(prepared: TransferRun, *, verbose: bool) -> int:
    from .quiet import import_tensorflow

    import_tensorflow(verbose=verbose)
    return prepared.run(sys.argv[1:])
