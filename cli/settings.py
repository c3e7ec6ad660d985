"""The options of every setting of a run, in the groups of the help."""

from __future__ import annotations

import argparse

from nst_lbfgs.config import (
    COORDINATES,
    DISTANCE_NAMES,
    EXPONENT,
    EXPONENT_FROM_NOISE,
    FEATURE_SCALE_NAMES,
    GRAM_NORMALISATIONS,
    INIT_COLORS,
    LAYER_REDUCTIONS,
    OPTIMIZERS,
    PADDINGS,
    POOLINGS,
    PRECISIONS,
    PREPROCESSING_NAMES,
    REFERENCES,
    STYLE_NORMALISATION_NAMES,
    TOTAL_VARIATION_NAMES,
)
from nst_lbfgs.run_config import ANIMATION_NAMES, BITS, RESAMPLING_NAMES

from .control import add_colour, add_masks, add_styles
from .options import add_option, add_setting, layer_weight, memory_size, pyramid_sizes


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add every option that sets a field of a run's configuration."""
    _add_objective(parser.add_argument_group('what is minimised'))
    _add_loss_forms(parser.add_argument_group('the form of the losses'))
    search = parser.add_argument_group('the start and the search')
    _add_start(search)
    add_search(search)
    add_adam(parser.add_argument_group('Adam, for --optimizer adam'))
    pictures = parser.add_argument_group('the pictures')
    add_pictures(pictures)
    _add_files(pictures)
    add_styles(parser.add_argument_group('the styles'))
    add_masks(parser.add_argument_group('regions and masks'))
    add_colour(parser.add_argument_group('colour'))
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
        '--style-normalisation',
        "what style losses are divided by: with 'picture-size' the picture's 4 channels^2 size^2",
        choices=STYLE_NORMALISATION_NAMES,
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
        'the picture to start from: content; noise; style, the first; gray; a share R of noise in the '
        'content, as in blend:0.3; or the path of one',
        metavar='content|noise|style|gray|blend:R|PATH',
    )
    add_setting(
        group,
        '--init-colors',
        "matched gives the content in the start the styles' colours; other starts are as they are",
        choices=INIT_COLORS,
    )


def add_search(group: argparse._ActionsContainer) -> None:
    """Add the options about how the search goes and how long."""
    add_setting(group, '--optimizer', "scipy's L-BFGS or Keras's Adam", choices=list(OPTIMIZERS))
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
        'what L-BFGS weighs at first: spatial frequencies, which reaches the same loss in fewer evaluations, '
        'or all pixels alike',
        choices=COORDINATES,
    )
    add_setting(
        group,
        '--coordinate-exponent',
        'higher moves broad tones sooner and fine grain later',
        default=f'{EXPONENT_FROM_NOISE:g} from noise, else {EXPONENT:g}',
        type=float,
        metavar='EXPONENT',
    )
    add_setting(
        group,
        '--pyramid',
        'number of sizes: with 2 some thirty evaluations at half the size come first, with 3 as many at a '
        'quarter before that',
        default='auto: for our own search from the content, without --restart and --bounds, 2 where half the '
        'size has 100 pixels a side, more above 1024; else 1',
        alias='--scales',
        type=pyramid_sizes,
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
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--image-width',
        'width; with the height: exactly that size, squashed',
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--longest-side',
        'longest side of the result; keeps the aspect ratio',
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--resampling',
        "how pictures are resized; nearest is Keras's load_img",
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
        action=argparse.BooleanOptionalAction,
    )
    for name in ('brightness', 'color', 'sharpness'):
        add_setting(
            group,
            f'--{name}',
            'factor; 1.0 changes nothing; implies --enhance',
            type=float,
            metavar='FACTOR',
        )


def add_network(group: argparse._ActionsContainer) -> None:
    """Add the options about VGG19."""
    add_setting(group, '--weights', 'imagenet, the path of an h5 file, or random (for tests)')
    add_setting(group, '--pooling', 'how VGG19 pools; the weights stay as they are', choices=POOLINGS)
    add_setting(
        group,
        '--padding',
        'what convolutions see around a picture: zeros, which draw a frame on light borders, or its edge',
        choices=PADDINGS,
    )
    add_setting(
        group,
        '--precision',
        'number type of the network; auto tries whether bfloat16 is faster here',
        choices=PRECISIONS,
    )
    add_setting(
        group,
        '--check-loss',
        'measure the loss of a finished picture that was searched in bfloat16 in float32 too: all pictures '
        'go through the network once more',
        action=argparse.BooleanOptionalAction,
    )
    add_setting(
        group,
        '--references',
        'evaluate content and style rows once, or with every '
        'evaluation as the Keras example does: same result, three times the work',
        choices=REFERENCES,
    )
    add_setting(
        group,
        '--band-rows',
        'rows of the picture that go through the network at once: fewer take less memory and more time; '
        'losses and gradients are the same',
        default='all where they fit into memory, else as many as do',
        type=int,
        metavar='N',
    )
    add_setting(
        group,
        '--memory-limit',
        'the most memory that a run may take, as in 6GB or 800MB: the picture goes through the network in '
        'bands that fit',
        default='what is free',
        type=memory_size,
        metavar='SIZE',
    )


def add_saving(group: argparse._ActionsContainer) -> None:
    """Add the options about which pictures are saved."""
    add_setting(
        group,
        '--save-every',
        'save the picture of every Nth iteration and of the last; 0 for none',
        type=int,
        metavar='N',
    )
    add_setting(
        group,
        '--animation',
        'leave the saved iterations as a moving picture too, PREFIX.gif or of another format, as `animate` '
        f'makes it: {", ".join(ANIMATION_NAMES)}; without a value gif',
        nargs='?',
        const='gif',
        type=_animation,
        metavar='FORMAT',
    )


def add_ending(group: argparse._ActionsContainer) -> None:
    """Add the options about what ends a run before its last iteration."""
    add_option(
        group,
        '--max-seconds',
        type=float,
        metavar='S',
        default=None,
        help='stop S seconds after the command has begun, with the best picture; of a batch, S seconds '
        'after the search of each job has (default: none)',
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


def _add_files(group: argparse._ActionsContainer) -> None:
    add_setting(
        group,
        '--bits',
        'bits a channel of the finished picture; 16, for PNG and TIFF, keep the steps of a sky from showing. '
        'Not with --enhance or --preserve-colors',
        type=int,
        choices=BITS,
    )
    add_setting(
        group,
        '--dpi',
        'pixels an inch that are written into the pictures',
        default="the content picture's, if it has one",
        type=float,
        metavar='N',
    )


def _animation(text: str) -> str | None:
    """Read the format of an animation; a path behind the option is no value of it."""
    if text not in (*ANIMATION_NAMES, 'none'):
        raise argparse.ArgumentTypeError(
            f'Expected {", ".join(ANIMATION_NAMES)} or none: its name is that of PREFIX (`nst-lbfgs animate` '
            f'writes one elsewhere); paths go before the option. Received: {text!r}'
        )
    return None if text == 'none' else text
