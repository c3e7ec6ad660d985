"""`nst-lbfgs batch`: many pictures, in many styles."""

from __future__ import annotations

import argparse

from ..options import HelpFormatter, add_option, add_running
from ..settings import add_ending, add_saving, add_settings

DESCRIPTION = """
Paint every CONTENT in every STYLE, and leave in FOLDER what `transfer` leaves of each, named after its
pictures; all of them with their labels as the contact sheet batch.png; their losses as the table
batch.csv; and batch.html, a page to sort, filter and compare them in a browser. A job that fails is noted
with its reason, and the others run; the exit code is 1 then. The same command again makes only what is
missing or failed. Ctrl-C and SIGTERM finish the evaluation at hand; the same command goes on from there,
within a picture too.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'batch',
        help='many pictures in many styles, on this machine or on a Dask cluster',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    _add_jobs(parser.add_argument_group('the jobs'))
    _add_ways(parser.add_argument_group('where they run'))
    add_settings(parser)
    running = parser.add_argument_group('running')
    add_saving(running)
    add_ending(running)
    add_running(running)


def _add_jobs(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        'contents',
        nargs='*',
        metavar='CONTENT',
        help='content pictures: files, folders, or patterns in quotes, as "*.jpg"',
    )
    add_option(
        group,
        '--styles',
        nargs='+',
        default=[],
        metavar='STYLE',
        help='style pictures, each a style of its own: files, folders or patterns; or white, blank or black',
    )
    add_option(group, '--out', required=True, metavar='FOLDER', help='where the results go')
    add_option(
        group, '--recursive', action='store_true', help='take the pictures of folders within folders, too'
    )
    add_option(
        group,
        '--pair-up',
        action='store_true',
        help='the first content with the first style, the second with the second, and so on',
    )
    add_option(
        group,
        '--vary',
        action='append',
        default=[],
        metavar='FIELD=VALUE,VALUE,...',
        help='values of a setting, as in `sweep`: every pair with each of them; repeatable',
    )
    add_option(
        group,
        '--jobs',
        metavar='FILE',
        help='a table of jobs instead, CSV or JSON: the columns content, style and perhaps name, and '
        "options' names; several styles are joined by semicolons",
    )
    add_option(
        group,
        '--name',
        metavar='TEMPLATE',
        help='the names of the results, of {content}, {style}, {settings}, {folder} and {number}; one that '
        'ends like a picture is also the format, as in {content}_{style}.jpg (default: {content}_{style}, '
        'with --vary {content}_{style}_{settings})',
    )
    add_option(
        group,
        '--from-frames',
        action='store_true',
        help='the contents are the frames of a film, in the order of their numbers: each starts from the '
        'result of the one before, which is --init previous, unless --init is something else',
    )


def _add_ways(group: argparse._ArgumentGroup) -> None:
    add_option(
        group,
        '--workers',
        type=int,
        metavar='N',
        help='N processes on this machine, which share its cores and its memory (default: one job after the '
        'other in one process)',
    )
    add_option(
        group,
        '--scheduler',
        metavar='ADDRESS',
        help='the Dask cluster of this scheduler, as tcp://host:8786, or its scheduler file; needs the extra '
        '`cluster`. Workers have this package and see the same folders',
    )
    add_option(
        group,
        '--transfer-files',
        action='store_true',
        help='workers see no folder of this machine: pictures are sent to them, and results back',
    )
    add_option(
        group,
        '--keep-checkpoints',
        action='store_true',
        help='leave the checkpoint of a job that has come to its end, too: some 150 bytes a pixel',
    )
    add_option(
        group,
        '--json-progress',
        action='store_true',
        help='a line of JSON on standard output for each job that begins and ends',
    )


def run(args: argparse.Namespace) -> int:
    """Check everything that can be checked at once, then run."""
    from ..batches.batch import run_batch

    return run_batch(args)
