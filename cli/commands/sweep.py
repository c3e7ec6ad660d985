"""`nst-lbfgs sweep`: one pair of pictures, a grid of settings."""

from __future__ import annotations

import argparse
from dataclasses import replace

from nst_lbfgs.presets import PRESETS
from nst_lbfgs.run_config import RunConfig

from ..options import HelpFormatter, add_running, settings_from
from ..runs.grid import grid, parse_variation
from ..runs.paths import add_paths, paths_from
from ..settings import add_settings

DESCRIPTION = """
Paint BASE in the style of STYLE, or of several, once for every combination of the varied settings, with
the network loaded once. Each picture is written as PREFIX_FIELD_VALUE.png, with its run record beside
it as .json; all of them with their labels as the contact sheet PREFIX.png; their losses as the table
PREFIX.csv; and PREFIX.html, a page to sort, filter and compare them in a browser. Sheet, table and page are
updated after each picture. If a picture fails, both say why, the others
are made, and the exit code is 1. The same command again makes only what is missing or failed: what has
its record, with these settings and pictures, is not made again. `transfer --from` takes these records
too.
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
    add_paths(parser)
    grid = parser.add_argument_group('the grid')
    grid.add_argument(
        '--vary',
        action='append',
        required=True,
        metavar='FIELD=VALUE,VALUE,...',
        help='values of a setting, by the name that it has in a run record or as an option; '
        'repeatable, for every combination. Layers of one picture are joined by +: '
        'style_layers=block1_conv1,block1_conv1+block2_conv1:0.5 varies two sets; '
        'so are numbers: style_blend_weights=1+1,3+1',
    )
    add_settings(parser)
    add_running(parser.add_argument_group('running'))


def run(args: argparse.Namespace) -> int:
    """Check the whole grid, then import TensorFlow and run what is not done yet."""
    config = settings_from(args, PRESETS[args.preset] if args.preset else RunConfig())
    config = replace(config, pictures=replace(config.pictures, save_every=0))
    points = grid(config, [parse_variation(text) for text in args.vary])
    content, styles, prefix = paths_from(args)
    for point in points:
        point.config.check_number(len(styles))

    from ..runs.outputs import Outputs, named_after

    outputs = Outputs.of(prefix, config, named_after(content, styles))

    from ..runs.sweep import run_sweep

    title = f'{content.name} in the style of {", ".join(style.name for style in styles)}'
    return run_sweep(args, points, content, styles, outputs, title, prefix=prefix)
