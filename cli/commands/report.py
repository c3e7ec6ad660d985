"""`nst-lbfgs report`: the page of a run or a sweep, made of what it has left."""

from __future__ import annotations

import argparse

from ..options import HelpFormatter, add_option

DESCRIPTION = """
Write PREFIX.html, a page that shows a run or a sweep in a browser: pictures, losses, settings, commands.
It is made of the record PREFIX.json (of a run without a result of PREFIX.checkpoint, of a sweep of
PREFIX.csv), of any version, and of the pictures beside it. Runs and sweeps write it as they go on.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'report',
        help='a page that shows a run or a sweep in a browser',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.add_argument(
        'prefix',
        metavar='PREFIX',
        help='the PREFIX of a run or a sweep, its record or table, or a folder, if it has one of them',
    )
    add_option(
        parser,
        '--self-contained',
        action='store_true',
        help='put the pictures into the page, those of iterations smaller: one file to send, '
        'PREFIX_self_contained.html',
    )
    add_option(
        parser,
        '--force',
        action='store_true',
        help='replace a file of this name that is no such page',
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find the record, write the page."""
    from ..runs.reporting import report

    return report(args.prefix, inside=args.self_contained, overwrite=args.force)
