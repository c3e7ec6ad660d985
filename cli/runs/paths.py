"""BASE, STYLE and PREFIX of a run: by position, as options, or from a record."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.folder import pictures_in
from nst_lbfgs.run_config import MasksConfig, StylesConfig

from ..options import add_option, add_optional_paths


@dataclass(frozen=True)
class Paths:
    """The content picture, the style pictures and the prefix of a run, as far as they are known."""

    base: str | None = None
    styles: tuple[str, ...] = ()
    prefix: str | None = None

    def __or__(self, others: Paths) -> Paths:
        """Return these paths, and those of `others` that are missing here."""
        prefix = others.prefix if self.prefix is None else self.prefix
        return Paths(self.base or others.base, self.styles or others.styles, prefix)


# Where the enhanced Keras script looks, and what it calls its results, when it is told nothing.
DEFAULTS: dict[str | None, Paths] = {'enhanced-lbfgs': Paths('base.jpg', ('style.jpg',), 'result')}

# Options that take all that follows them up to the next option.
GREEDY = {*StylesConfig.__dataclass_fields__, *MasksConfig().paths()}

PREFIX_HELP = (
    'how the names of the results begin, folder included, as in out/a or, for JPEG, out/a.jpg; a folder, '
    'as in out/, takes results that are named after the pictures'
)


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add the three arguments, of which the second may be several."""
    add_optional_paths(
        parser,
        {
            'base_image_path': ('BASE', 'the content picture; or white, blank (the same) or black'),
            'style_reference_image_path': (
                'STYLE',
                'the style picture, or several: all paths between BASE and PREFIX; or white, blank or black; '
                'a folder means its pictures',
            ),
            'result_prefix': ('PREFIX', PREFIX_HELP),
        },
    )
    parser.set_defaults(more_paths=[], base_option=None, style_option=None, record=None)


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


def paths_from(args: argparse.Namespace, otherwise: Paths = Paths()) -> tuple[Path, list[Path], str]:
    """Return the paths of base and styles, and the prefix; `otherwise` has what was not given.

    With a record a single argument is the prefix. Raises ConfigError if one is missing or given
    twice, ImageReadError for a folder without pictures.
    """
    found = _given(args) | otherwise
    if not (found.base and found.styles and all(found.styles)) or found.prefix is None:
        count = len([path for path in (found.base, *found.styles, found.prefix) if path])
        raise ConfigError(
            f'Expected BASE STYLE PREFIX{", or --from RECORD" if hasattr(args, "resume") else ""}. '
            f'Received: {count} of them.{_swallowed(args)}'
        )
    return Path(found.base), style_paths(found.styles), found.prefix


def has_prefix(args: argparse.Namespace) -> bool:
    """Return whether PREFIX was given. Raises ConfigError if a path is given twice."""
    return _given(args).prefix is not None


def moved_pictures(args: argparse.Namespace) -> tuple[str | None, tuple[str, ...]]:
    """Return BASE and the styles that were given without a prefix, if they were. Raises ConfigError."""
    paths = _positions(args)
    base = args.base_option or (paths.pop(0) if paths else None)
    if args.style_option and paths:
        raise ConfigError('Expected BASE and STYLE once each. Received: one of them twice.')
    return base, (args.style_option,) if args.style_option else tuple(paths)


def style_paths(given: tuple[str, ...]) -> list[Path]:
    """Return the style pictures, those in a folder for the folder. Raises ImageReadError."""
    paths: list[Path] = []
    for path in map(Path, given):
        paths += pictures_in(path) if path.is_dir() else [path]
    return paths


def _given(args: argparse.Namespace) -> Paths:
    paths = _positions(args)
    if args.base_option or args.style_option:
        return _beside_options(args, paths)
    if args.record is not None and len(paths) == 1:
        return Paths(prefix=paths[0])
    if len(paths) < 3:
        return Paths(paths[0] if paths else None, tuple(paths[1:]))
    return Paths(paths[0], tuple(paths[1:-1]), paths[-1])


def _beside_options(args: argparse.Namespace, paths: list[str]) -> Paths:
    """Return the paths where BASE or STYLE, or both, are options: the rest in their order, one each."""
    places = [name for name in ('base', 'style') if getattr(args, f'{name}_option') is None] + ['prefix']
    if args.record is not None and len(paths) == 1:
        places = ['prefix']
    if len(paths) > len(places):
        raise ConfigError('Expected BASE and STYLE once each. Received: one of them twice.')
    placed = dict(zip(places, paths))
    style = args.style_option or placed.get('style')
    return Paths(args.base_option or placed.get('base'), (style,) if style else (), placed.get('prefix'))


def _positions(args: argparse.Namespace) -> list[str]:
    first = (args.base_image_path, args.style_reference_image_path, args.result_prefix)
    return [*(path for path in first if path is not None), *args.more_paths]


def _swallowed(args: argparse.Namespace) -> str:
    if not any(name in args for name in GREEDY):
        return ''
    return ' An option that takes several values takes the paths behind it too: give them before it.'
