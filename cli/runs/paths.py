"""BASE, STYLE and PREFIX of a transfer: by position, as options, or from a record."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.errors import ConfigError

from ..options import add_option, add_optional_paths

Paths = tuple[str | None, str | None, str | None]

# Where the enhanced Keras script looks, and what it calls its results, when it is told nothing.
DEFAULTS: dict[str, Paths] = {'enhanced-lbfgs': ('base.jpg', 'style.jpg', 'result')}


PREFIX_HELP = (
    'how the names of the results begin, folder included, as in out/a or, for JPEG, out/a.jpg; a folder, '
    'as in out/, takes results that are named after the two pictures'
)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add the three arguments."""
    add_optional_paths(
        parser,
        {
            'base_image_path': ('BASE', 'the content picture; or white, blank (the same) or black'),
            'style_reference_image_path': ('STYLE', 'the style picture; or white, blank or black'),
            'result_prefix': ('PREFIX', PREFIX_HELP),
        },
    )


def add_old_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that the enhanced Keras script has instead."""
    group = parser.add_argument_group(
        'the arguments of the enhanced Keras script',
        'With --preset enhanced-lbfgs its own command line works, and '
        'its defaults are base.jpg, style.jpg and result.',
    )
    add_option(group, '--base-image-path', dest='base_option', metavar='PATH', help='BASE')
    add_option(group, '--style-reference-image-path', dest='style_option', metavar='PATH', help='STYLE')
    add_option(
        group,
        '--pictrue-size',
        dest='square_side',
        type=int,
        metavar='PIXELS',
        default=argparse.SUPPRESS,
        help='height and width of the result, spelt as there',
    )


def paths_from(args: argparse.Namespace, otherwise: Paths | None) -> tuple[Path, Path, str]:
    """Return the paths of base and style, and the prefix; `otherwise` has what was not given.

    With a record a single argument is the prefix. Raises ConfigError if one is missing or given
    twice.
    """
    given: list[str | None] = [args.base_option, args.style_option, None]
    positions = [
        path
        for path in (args.base_image_path, args.style_reference_image_path, args.result_prefix)
        if path is not None
    ]
    places = [place for place, path in enumerate(given) if path is None]
    if args.record is not None and len(positions) == 1:
        places = [2]
    if len(positions) > len(places):
        raise ConfigError('Expected BASE and STYLE once each. Received: one of them twice.')
    for place, path in zip(places, positions):
        given[place] = path
    found = [path or other for path, other in zip(given, otherwise or (None, None, None))]
    base, style, prefix = found
    if not (base and style and prefix):
        raise ConfigError(
            'Expected BASE STYLE PREFIX, or --from RECORD. '
            f'Received: {len([path for path in found if path])} of them.'
        )
    return Path(base), Path(style), prefix
