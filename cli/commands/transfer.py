"""`nst-lbfgs transfer`: a picture in the style of another."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.config import (
    COORDINATES,
    DISTANCE_NAMES,
    FEATURE_SCALE_NAMES,
    GRAM_NORMALISATIONS,
    LAYER_REDUCTIONS,
    OPTIMIZERS,
    POOLINGS,
    PRECISIONS,
    PREPROCESSING_NAMES,
    REFERENCES,
    RESAMPLING_NAMES,
    STYLE_SCALE_NAMES,
    STYLE_SIZES,
    TOTAL_VARIATION_NAMES,
    PictureConfig,
    RunConfig,
)
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.presets import DEFAULT_OBJECTIVE, PRESETS

from ..options import HelpFormatter, add_option, add_setting, layer_weight, settings_from
from ..runs.paths import DEFAULTS, Paths, add_old_options, add_paths, paths_from

DESCRIPTION = """
Paint BASE in the style of STYLE and leave the picture as PREFIX.png, the picture after each
iteration as PREFIX_at_iteration_0.png and so on, and the run record as PREFIX.json. PREFIX.checkpoint
is what --resume goes on from; once the picture pleases it can be deleted. The arguments
are those of Keras's examples/neural_style_transfer.py; every option may also be spelt with
underscores.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'transfer',
        help='paint a picture in the style of another',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    add_paths(parser)
    add_settings(parser)
    _add_running(parser.add_argument_group('running'))
    add_old_options(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add every option that sets a field of a run's configuration."""
    _add_objective(parser.add_argument_group('what is minimised'))
    _add_loss_forms(parser.add_argument_group('the form of the losses'))
    search = parser.add_argument_group('the start and the search')
    _add_start(search)
    add_search(search)
    add_adam(parser.add_argument_group('Adam, for --optimizer adam'))
    add_pictures(parser.add_argument_group('the pictures'))
    _add_post_processing(parser.add_argument_group('post-processing of every saved picture'))
    add_network(parser.add_argument_group('the network'))


def _add_objective(group: argparse._ActionsContainer) -> None:
    add_setting(group, '--content-weight', 'higher keeps more of the content', type=float)
    add_setting(group, '--style-weight', 'higher takes more of the style', type=float)
    add_setting(group, '--tv-weight', 'weight of total variation: higher is smoother', type=float)
    add_setting(
        group,
        '--content-layer',
        'layer whose features are the content; repeatable',
        field='content_layers',
        action='append',
        type=layer_weight,
        metavar='NAME[:WEIGHT]',
    )
    add_setting(
        group,
        '--style-layer',
        'layer whose Gram matrix is the style; repeatable',
        field='style_layers',
        action='append',
        type=layer_weight,
        metavar='NAME[:WEIGHT]',
    )


def _add_loss_forms(group: argparse._ActionsContainer) -> None:
    for term in ('content', 'style'):
        add_setting(group, f'--{term}-distance', f'the distance of {term} features', choices=DISTANCE_NAMES)
        add_setting(
            group,
            f'--{term}-reduction',
            f"the sum over the {term} layers is, with 'mean', divided by their number",
            choices=LAYER_REDUCTIONS,
        )
    add_setting(group, '--gram', 'what Gram matrices are divided by', choices=GRAM_NORMALISATIONS)
    add_setting(
        group,
        '--style-scale',
        "what style losses are divided by: with 'picture-size' the picture's 4 channels^2 size^2",
        choices=STYLE_SCALE_NAMES,
    )
    add_setting(
        group,
        '--total-variation',
        "how differences between neighbours count: 'smooth' is their squares to the power 1.25",
        choices=TOTAL_VARIATION_NAMES,
    )
    add_setting(
        group,
        '--preprocessing',
        'the coordinates in which the picture is moved, clipped and its total variation measured',
        choices=PREPROCESSING_NAMES,
    )
    add_setting(
        group,
        '--feature-scale',
        "the size of features: of an input of 0 to 255, or 58 times smaller as for torchvision's",
        choices=FEATURE_SCALE_NAMES,
    )


def _add_start(group: argparse._ActionsContainer) -> None:
    add_setting(
        group,
        '--init',
        'the picture to start from: content, noise, or the path of one',
        metavar='content|noise|PATH',
    )


def add_search(group: argparse._ActionsContainer) -> None:
    """Add the options about how the search goes and how long."""
    add_setting(group, '--optimizer', "scipy's L-BFGS or Keras's Adam", choices=OPTIMIZERS)
    add_setting(group, '--iter', 'number of iterations', field='iterations', type=int, metavar='N')
    add_setting(
        group,
        '--maxfun',
        'evaluations, or steps of Adam, in an iteration',
        field='evaluations_per_iteration',
        type=int,
        metavar='N',
    )
    add_setting(group, '--seed', 'seed of the noise and of random weights', type=int)
    add_setting(
        group,
        '--restart',
        'forget the curvature after each iteration, as the book does',
        action=argparse.BooleanOptionalAction,
    )
    add_setting(
        group,
        '--history',
        "L-BFGS's memory: more needs fewer evaluations and more memory",
        type=int,
        metavar='M',
    )
    add_setting(
        group,
        '--bounds',
        'keep the pixels within 0 to 255 throughout; searches in pixels',
        action=argparse.BooleanOptionalAction,
    )
    add_setting(
        group,
        '--coordinates',
        'where L-BFGS searches: spectral coordinates reach the same loss in fewer evaluations',
        choices=COORDINATES,
    )
    add_setting(
        group,
        '--coordinate-exponent',
        'higher moves broad tones sooner and fine grain later; from noise 0.25 is better',
        type=float,
        metavar='EXPONENT',
    )
    add_setting(
        group,
        '--scales',
        'number of sizes: with 2 an iteration at half the size comes first, '
        'with 3 one at a quarter before that',
        type=int,
        metavar='N',
    )


def add_adam(group: argparse._ActionsContainer) -> None:
    """Add the options of Adam."""
    add_setting(
        group,
        '--learning-rate',
        'higher moves the picture further in a step; in the coordinates of --preprocessing',
        type=float,
        metavar='RATE',
    )
    add_setting(group, '--beta-1', 'higher averages gradients over more steps', type=float)
    add_setting(group, '--epsilon', 'higher slows pixels with small gradients', type=float)
    add_setting(
        group,
        '--learning-rate-decay',
        'what the learning rate is multiplied with every --decay-every steps',
        type=float,
        metavar='FACTOR',
    )
    add_setting(group, '--decay-every', 'steps between two decays', type=int, metavar='STEPS')
    add_setting(
        group,
        '--clip',
        'keep the picture within black and white after each step',
        action=argparse.BooleanOptionalAction,
    )


def add_pictures(group: argparse._ActionsContainer) -> None:
    """Add the options about the pictures' sizes and files."""
    add_setting(
        group,
        '--image-height',
        'height of the result in pixels; alone, it keeps the aspect ratio',
        config=PictureConfig,
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--image-width',
        'width; with the height: exactly that size, squashed',
        config=PictureConfig,
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--longest-side',
        'longest side of the result; keeps the aspect ratio',
        config=PictureConfig,
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--style-size',
        "squash the style picture to the content's size, or give it "
        "the result's longest side in its own shape",
        config=PictureConfig,
        choices=STYLE_SIZES,
    )
    add_setting(
        group,
        '--resampling',
        "how pictures are resized; nearest is Keras's load_img",
        config=PictureConfig,
        choices=RESAMPLING_NAMES,
    )
    add_option(
        group,
        '--max-pixels',
        type=int,
        metavar='N',
        help="largest picture file that is read, in pixels (default: Pillow's limit)",
    )


def _add_post_processing(group: argparse._ActionsContainer) -> None:
    add_setting(
        group,
        '--enhance',
        'enhance brightness, colour and sharpness',
        config=PictureConfig,
        action=argparse.BooleanOptionalAction,
    )
    for name in ('brightness', 'color', 'sharpness'):
        add_setting(
            group,
            f'--{name}',
            'factor; 1.0 changes nothing; implies --enhance',
            config=PictureConfig,
            type=float,
            metavar='FACTOR',
        )


def add_network(group: argparse._ActionsContainer) -> None:
    """Add the options about VGG19."""
    add_setting(group, '--weights', 'imagenet, the path of an h5 file, or random (for tests)')
    add_setting(group, '--pooling', 'how VGG19 pools; the weights stay as they are', choices=POOLINGS)
    add_setting(
        group,
        '--precision',
        'number type of the network; auto tries whether bfloat16 is faster here',
        choices=PRECISIONS,
    )
    add_setting(
        group,
        '--references',
        'evaluate content and style rows once, or with every '
        'evaluation as the Keras example does: same result, three times the work',
        choices=REFERENCES,
    )


def _add_running(group: argparse._ActionsContainer) -> None:
    add_setting(
        group,
        '--save-every',
        'save the picture of every Nth iteration and of the last; 0 for none',
        config=PictureConfig,
        type=int,
        metavar='N',
    )
    add_option(
        group,
        '--from',
        dest='record',
        metavar='RECORD',
        type=Path,
        help='repeat the run of this record, PREFIX.json; a single argument is the new PREFIX',
    )
    add_option(
        group,
        '--resume',
        metavar='PREFIX',
        help='go on with the run of this PREFIX from its last finished iteration; a folder, if it has '
        'one run',
    )
    add_option(
        group,
        '--max-seconds',
        type=float,
        metavar='S',
        default=None,
        help='stop after S seconds, with the best picture (default: none)',
    )
    add_option(
        group,
        '--min-improvement',
        type=float,
        metavar='SHARE',
        default=None,
        help='stop after an iteration that lowers the loss by less than this share of it, '
        'as in 0.001 (default: none)',
    )
    add_running(group)


def add_running(group: argparse._ActionsContainer) -> None:
    """Add what every command has that runs transfers."""
    add_option(
        group,
        '--preset',
        choices=list(PRESETS),
        metavar='NAME',
        default=None,
        help=f'a published system, its search included: {", ".join(PRESETS)}; explicit '
        'options win over it; see `nst-lbfgs presets` (default: the objective of '
        f'{DEFAULT_OBJECTIVE}, with our own search)',
    )
    add_option(
        group,
        '--fit',
        action='store_true',
        help='if memory is short, take the largest height that fits, in the same shape',
    )
    add_setting(
        group,
        '--deterministic',
        'the same bytes from the same run, at the price of speed',
        action=argparse.BooleanOptionalAction,
    )
    add_option(group, '--force', action='store_true', help='replace results that exist already')
    add_option(
        group,
        '--no-metadata',
        dest='metadata',
        action='store_false',
        help="keep the command line and the record's digest out of the finished picture",
    )
    add_option(group, '--verbose', action='store_true', help="show TensorFlow's own messages")


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    if args.resume is not None:
        from ..runs.starting import resume

        return resume(args)
    preset, base, otherwise = _base(args)
    config, paths = settings_from(args, base), paths_from(args, otherwise)

    from ..runs.starting import begin

    return begin(args, config, *paths, preset=preset)


def _base(args: argparse.Namespace) -> tuple[str | None, RunConfig, Paths | None]:
    """Return what the arguments change: a preset's name, its settings, and its paths, if any."""
    if args.record is None:
        base = PRESETS[args.preset] if args.preset else RunConfig()
        return args.preset, base, DEFAULTS.get(args.preset)
    if args.preset:
        raise ConfigError('Expected --preset or --from. Received: both.')
    from nst_lbfgs.record import read_record

    record = read_record(args.record)
    return (
        record.get('preset'),
        record['config'],
        (record['content_path'], record['style_path'], str(record.get('picture', record['prefix']))),
    )
