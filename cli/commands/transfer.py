"""`nst-lbfgs transfer`: a picture in the style of another."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.run_config import RunConfig

from ..options import HelpFormatter, add_option, add_running, settings_from
from ..runs.paths import DEFAULTS, Paths, add_old_options, add_paths, has_prefix, paths_from
from ..settings import add_ending, add_saving, add_settings

DESCRIPTION = """
Paint BASE in the style of STYLE, or of several, and leave the picture as PREFIX.png, the picture after
each iteration as PREFIX_at_iteration_0.png and so on, the run record as PREFIX.json, and as PREFIX.html a
page that shows the run in a browser, from its start on. PREFIX.checkpoint is what --resume goes on from;
once the picture pleases it can be deleted. The arguments are those of Keras's
examples/neural_style_transfer.py; every option may also be spelt with underscores.
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


def _add_running(group: argparse._ActionsContainer) -> None:
    add_saving(group)
    add_option(
        group,
        '--from',
        dest='record',
        metavar='RECORD',
        type=Path,
        help='repeat the run of this record, PREFIX.json; a single argument is the new PREFIX (default: the '
        "name of the record's own, in this folder)",
    )
    add_option(
        group,
        '--in-place',
        action='store_true',
        help='for --from: write where the record says that its run did',
    )
    add_option(
        group,
        '--resume',
        metavar='PREFIX',
        help='go on with the run of this PREFIX from its last finished iteration; a folder, if it has '
        'one run',
    )
    add_ending(group)
    add_running(group)


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then import TensorFlow and run."""
    _check_in_place(args)
    if args.resume is not None:
        from ..runs.starting import resume

        return resume(args)
    preset, base, otherwise = _base(args)
    config = settings_from(args, base)
    content, styles, prefix = paths_from(args, otherwise)
    config.check_number(len(styles))

    from ..runs.starting import begin  # after the checks above: scipy takes a while

    return begin(args, config, content, styles, prefix, preset=preset)


def _check_in_place(args: argparse.Namespace) -> None:
    if args.in_place and (args.record is None or has_prefix(args)):
        raise ConfigError('Expected --in-place together with --from, and without PREFIX.')


def _base(args: argparse.Namespace) -> tuple[str | None, RunConfig, Paths]:
    """Return what the arguments change: a preset's name, its settings, and its paths, if any."""
    if args.record is None:
        base = PRESETS[args.preset] if args.preset else RunConfig()
        return args.preset, base, DEFAULTS.get(args.preset, Paths())
    if args.preset:
        raise ConfigError('Expected --preset or --from. Received: both.')
    from nst_lbfgs.records.record import read_record

    record = read_record(args.record)
    prefix = record.get('picture') or record['prefix']
    if not args.in_place:  # a record may be somebody else's, and name any place
        prefix = os.path.basename(os.path.normpath(prefix))
    paths = Paths(record['content_path'], tuple(record['style_paths']), prefix)
    return record.get('preset'), record['config'], paths
