"""`nst-lbfgs sweep`: one pair of pictures, a grid of settings."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from nst_lbfgs.config import RunConfig
from nst_lbfgs.presets import PRESETS

from ..options import HelpFormatter, add_running, settings_from
from ..runs.grid import grid, parse_variation
from ..runs.paths import PREFIX_HELP
from ..settings import add_settings

DESCRIPTION = """
Paint BASE in the style of STYLE once for every combination of the varied settings, with the network
loaded once. Each picture is written as PREFIX_FIELD_VALUE.png, with its run record beside it as .json;
all of them with their labels as the contact sheet PREFIX.png; their losses as the table PREFIX.csv.
Sheet and table are updated after each picture. If a picture fails, both say why, the others are made,
and the exit code is 1. The same command again makes only what is missing or failed: what has its
record, with these settings and pictures, is not made again. `transfer --from` takes these records too.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'sweep',
        help='vary settings; contact sheet and table of losses',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        'base_image_path',
        metavar='BASE',
        type=Path,
        help='the content picture; or white, blank (the same) or black',
    )
    parser.add_argument(
        'style_reference_image_path',
        metavar='STYLE',
        type=Path,
        help='the style picture; or white, blank or black',
    )
    parser.add_argument(
        'result_prefix',
        metavar='PREFIX',
        help=PREFIX_HELP,
    )
    grid = parser.add_argument_group('the grid')
    grid.add_argument(
        '--vary',
        action='append',
        required=True,
        metavar='FIELD=VALUE,VALUE,...',
        help='values of a setting, by the name that it has in a run record or as an option; '
        'repeatable, for every combination. Layers of one picture are joined by +: '
        'style_layers=block1_conv1,block1_conv1+block2_conv1:0.5 varies two sets',
    )
    add_settings(parser)
    add_running(parser.add_argument_group('running'))


def run(args: argparse.Namespace) -> int:
    """Check the whole grid, then import TensorFlow and run what is not done yet."""
    config = settings_from(args, PRESETS[args.preset] if args.preset else RunConfig())
    config = replace(config, pictures=replace(config.pictures, save_every=0))
    points = grid(config.transfer, [parse_variation(text) for text in args.vary])
    content, style = args.base_image_path, args.style_reference_image_path

    from ..runs.outputs import Outputs, named_after

    outputs = Outputs.of(args.result_prefix, config, named_after(content, style))

    from ..runs.sweep import run_sweep

    title = f'{content.name} in the style of {style.name}'
    return run_sweep(args, config, points, content, style, outputs, title)
