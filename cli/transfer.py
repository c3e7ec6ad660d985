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
    from nst_lbfgs.checkpoint import Checkpoint

    from .outputs import Outputs
    from .stopping import Stopping
    from .transfer_run import TransferRun


DESCRIPTION = """
Paint BASE in the style of STYLE and leave the picture as PREFIX.png, the picture after each
iteration as PREFIX_at_iteration_0.png and so on, and the run record as PREFIX.json. PREFIX.checkpoint
is what --resume goes on from; once the picture pleases it can be deleted. The arguments
are those of Keras's examples/neural_style_transfer.py; every option may also be spelt with
underscores.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser('transfer', help='paint a picture in the style of another',
                                 description=DESCRIPTION, formatter_class=HelpFormatter)
    parser.set_defaults(run=run)
    parser.add_argument('base_image_path', nargs='?', metavar='BASE', help='the content picture')
    parser.add_argument('style_reference_image_path', nargs='?', metavar='STYLE',
                        help='the style picture')
    parser.add_argument('result_prefix', nargs='?', metavar='PREFIX',
                        help='how the names of the results begin, folder included')
    _add_objective(parser.add_argument_group('what is minimised'))
    _add_search(parser.add_argument_group('the start and the search'))
    _add_pictures(parser.add_argument_group('the pictures'))
    _add_post_processing(parser.add_argument_group('post-processing of every saved picture'))
    _add_network(parser.add_argument_group('the network'))
    _add_running(parser.add_argument_group('running'))


def _add_objective(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--content-weight', 'higher keeps more of the content', type=float)
    add_setting(group, '--style-weight', 'higher takes more of the style', type=float)
    add_setting(group, '--tv-weight', 'weight of total variation: higher is smoother', type=float)
    add_setting(group, '--content-layer', 'layer whose features are the content; repeatable',
                field='content_layers', action='append', type=layer_weight, metavar='NAME[:WEIGHT]')
    add_setting(group, '--style-layer', 'layer whose Gram matrix is the style; repeatable',
                field='style_layers', action='append', type=layer_weight, metavar='NAME[:WEIGHT]')
    add_setting(group, '--gram', 'what Gram matrices are divided by', choices=GRAM_NORMALISATIONS)


def _add_search(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--iter', 'number of iterations', field='iterations', type=int, metavar='N')
    add_setting(group, '--maxfun', 'evaluations in an iteration',
                field='evaluations_per_iteration', type=int, metavar='N')
    add_setting(group, '--init', 'the picture to start from: content, noise, or the path of one',
                metavar='content|noise|PATH')
    add_setting(group, '--seed', 'seed of the noise and of random weights', type=int)
    add_setting(group, '--restart', 'forget the curvature after each iteration, as the book does',
                action=argparse.BooleanOptionalAction)
    add_setting(group, '--history', "L-BFGS's memory: more needs fewer evaluations and more memory",
                type=int, metavar='M')
    add_setting(group, '--bounds', 'keep the pixels within 0 to 255 throughout',
                action=argparse.BooleanOptionalAction)


def _add_pictures(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--image-height', 'height of the result in pixels; alone, it keeps the '
                'aspect ratio', config=PictureConfig, type=int, metavar='PIXELS')
    add_setting(group, '--image-width', 'width; with the height: exactly that size, squashed',
                config=PictureConfig, type=int, metavar='PIXELS')
    add_setting(group, '--save-every', 'save the picture of every Nth iteration and of the last',
                config=PictureConfig, type=int, metavar='N')
    add_option(group, '--max-pixels', type=int, metavar='N',
               help="largest picture file that is read, in pixels (default: Pillow's limit)")


def _add_post_processing(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--enhance', 'enhance brightness, colour and sharpness',
                config=PictureConfig, action=argparse.BooleanOptionalAction)
    for name in ('brightness', 'color', 'sharpness'):
        add_setting(group, f'--{name}', 'factor; 1.0 changes nothing; implies --enhance',
                    config=PictureConfig, type=float, metavar='FACTOR')


def _add_network(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--weights', "imagenet, the path of an h5 file, or random (for tests)")
    add_setting(group, '--pooling', 'how VGG19 pools; the weights stay as they are',
                choices=POOLINGS)
    add_setting(group, '--precision', 'number type of the network', choices=PRECISIONS)
    add_setting(group, '--references', 'evaluate content and style rows once, or with every '
                'evaluation as the Keras example does: same result, three times the work',
                choices=REFERENCES)


def _add_running(group: argparse._ActionsContainer) -> None:
    add_option(group, '--preset', choices=sorted(PRESETS), default=None,
               help=f'a published system; explicit options win over it (default: {DEFAULT_PRESET})')
    add_option(group, '--from', dest='record', metavar='RECORD', type=Path,
               help='repeat the run of this record, PREFIX.json; a single argument is the new PREFIX')
    add_option(group, '--resume', metavar='PREFIX', type=Path,
               help='go on with the run of this PREFIX from its last finished iteration')
    add_option(group, '--force', action='store_true', help='replace results that exist already')
    add_option(group, '--max-seconds', type=float, metavar='S', default=None,
               help='stop after S seconds, with the best picture (default: none)')
    add_option(group, '--min-improvement', type=float, metavar='SHARE', default=None,
               help='stop after an iteration that lowers the loss by less than this share of it, '
               'as in 0.001 (default: none)')
    add_setting(group, '--deterministic', 'the same bytes from the same run, at the price of speed',
                action=argparse.BooleanOptionalAction)
    add_option(group, '--no-metadata', dest='metadata', action='store_false',
               help="keep the command line and the record's digest out of the final picture")
    add_option(group, '--verbose', action='store_true', help="show TensorFlow's own messages")


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    from .outputs import Outputs
    from .resuming import checkpoint_of, outputs_to_resume
    from .run_lock import run_lock

    if args.resume is not None:
        outputs = outputs_to_resume(args.resume)
        with run_lock(outputs.lock):
            return _transfer(_resumed_run(args, *checkpoint_of(outputs)), verbose=args.verbose)
    config, content, style, prefix = _source(args)
    new = _new_run(args, config, content, style, Outputs.of(prefix))
    new.outputs.make_folder()
    with run_lock(new.outputs.lock):
        new.outputs.check(config, overwrite=args.force)
        return _transfer(new, verbose=args.verbose)


def _new_run(args: argparse.Namespace, config: RunConfig, content: Path, style: Path,
             outputs: Outputs) -> TransferRun:
    from .command_line import CommandLine
    from .transfer_inputs import read_inputs
    from .transfer_run import TransferRun

    stopping = _stopping(args)
    inputs = read_inputs(config, content, style, max_pixels=args.max_pixels)
    prefix = args.result_prefix or args.base_image_path or ''
    command = CommandLine.of_new_run(sys.argv[1:], prefix, in_metadata=args.metadata)
    return TransferRun(config, inputs, outputs, command, stopping, overwrite=args.force)


def _resumed_run(args: argparse.Namespace, checkpoint: Checkpoint, outputs: Outputs) -> TransferRun:
    from .command_line import CommandLine
    from .resuming import check_settings
    from .transfer_inputs import read_inputs
    from .transfer_run import TransferRun

    recorded = checkpoint.run
    config = settings_from(args, recorded['config'])
    check_settings(recorded['config'], config)
    stopping = _stopping(args)
    content, style = _pictures_to_resume(args, recorded)
    inputs = read_inputs(config, content, style, max_pixels=args.max_pixels)
    inputs.check_unchanged(recorded)
    command = CommandLine.of_resumed_run(sys.argv[1:], recorded, in_metadata=args.metadata)
    return TransferRun(config, inputs, outputs, command, stopping, overwrite=True,
                       checkpoint=checkpoint)


def _pictures_to_resume(args: argparse.Namespace, recorded: dict[str, Any]) -> tuple[Path, Path]:
    if args.record or args.preset or args.force or args.result_prefix:
        raise ConfigError('Expected --resume PREFIX, with BASE STYLE if they have moved, and without '
                          '--from, --preset and --force.')
    if args.base_image_path is None:
        return Path(recorded['content_path']), Path(recorded['style_path'])
    if args.style_reference_image_path is None:
        raise ConfigError('Expected both BASE and STYLE with --resume, or neither. Received: BASE.')
    return Path(args.base_image_path), Path(args.style_reference_image_path)


def _stopping(args: argparse.Namespace) -> Stopping:
    from .stopping import Stopping

    return Stopping(max_seconds=args.max_seconds, min_improvement=args.min_improvement)


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
    if prepared.config.transfer.deterministic:
        from nst_lbfgs.determinism import available_cores, make_deterministic

        make_deterministic(available_cores())
    return prepared.run()
