"""The options of several styles, of regions and masks, and of colour."""

from __future__ import annotations

import argparse

from nst_lbfgs.pictures.colour_names import COLOUR_MATCHING_NAMES, COLOUR_SPACE_NAMES
from nst_lbfgs.run_config import STYLE_SIZES

from .options import Numbers, add_setting, numbers


def add_styles(group: argparse._ActionsContainer) -> None:
    """Add the options about the share and the size of each style picture."""
    add_setting(
        group,
        '--style-blend-weights',
        'the share of each style, as in 3 1 or 3,1; more takes more of it',
        default='equal shares',
        nargs='+',
        type=numbers,
        action=Numbers,
        metavar='W',
    )
    add_setting(
        group,
        '--style-size',
        "own gives a style picture the result's longest side in its own shape, content squashes it to the "
        "result's size",
        choices=STYLE_SIZES,
    )
    scales = group.add_mutually_exclusive_group()
    add_setting(
        scales,
        '--style-scale',
        "the size of all style pictures, times the result's; smaller gives smaller strokes",
        field='style_scales',
        nargs=1,
        type=float,
        metavar='S',
    )
    add_setting(
        scales,
        '--style-scales',
        'the same, one for each style',
        nargs='+',
        type=numbers,
        action=Numbers,
        metavar='S',
    )


def add_masks(group: argparse._ActionsContainer) -> None:
    """Add the options about where on the result something holds."""
    for name, field, effect in (
        ('--style-mask', 'style_masks', 'where on the result each style goes: white takes it'),
        ('--style-source-mask', 'style_source_masks', 'the part of each style picture that counts: white'),
    ):
        add_setting(
            group,
            name,
            f'{effect}, grey in proportion; one a style, the word white for everywhere; repeatable',
            field=field,
            action='extend',
            nargs='+',
            metavar='MASK',
        )
    add_setting(
        group, '--content-mask', 'how much the content counts: white fully, black not', metavar='MASK'
    )
    add_setting(group, '--keep', 'what stays as it is in the content picture: white', metavar='MASK')
    add_setting(
        group,
        '--keep-feather',
        'width of the soft border outside what is kept, in pixels of the result',
        type=int,
        metavar='PIXELS',
    )
    add_setting(
        group,
        '--regions',
        'maps painted in the same few flat colours, of the content and of each style: '
        'a colour takes the style of that colour',
        nargs='+',
        metavar=('CONTENT_MAP', 'STYLE_MAP'),
    )
    add_setting(
        group,
        '--mask-threshold',
        'make masks black and white, white from this grey on, 0 to 1; for JPEG masks with grey borders',
        type=float,
        metavar='GREY',
    )
    add_setting(
        group,
        '--invert-masks',
        'black means what white would mean, in masks; not in maps',
        action=argparse.BooleanOptionalAction,
    )


def add_colour(group: argparse._ActionsContainer) -> None:
    """Add the options about whose colours the result has."""
    add_setting(
        group,
        '--preserve-colors',
        "give what is saved the content's colours and leave it its luminance",
        action=argparse.BooleanOptionalAction,
    )
    add_setting(
        group,
        '--match-colors',
        "give the style pictures the content's colours before the run",
        choices=COLOUR_MATCHING_NAMES,
    )
    add_setting(group, '--color-space', 'where luminance is parted from colour', choices=COLOUR_SPACE_NAMES)
    add_setting(
        group,
        '--color-strength',
        'how far colours are preserved or matched, 0 to 1',
        type=float,
        metavar='S',
    )
