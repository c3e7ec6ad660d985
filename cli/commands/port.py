"""`nst-lbfgs port`: an old Keras script, written for today."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..runs.streams import put, tell

if TYPE_CHECKING:
    from nst_lbfgs.porting.script import Change, Ported

DESCRIPTION = """
Write a Keras 1 or 2 style-transfer script or notebook for today: the same script over nst_lbfgs.legacy, in
Python 3, comments and layout kept. Nothing of it is run. Where something is left that `nst-lbfgs run` alone
supplies, that is said, and the exit code is 1.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'port', help='write an old Keras style-transfer script for today', description=DESCRIPTION
    )
    parser.add_argument('script', metavar='SCRIPT', type=Path, help='a .py or .ipynb file')
    parser.add_argument(
        '-o',
        '--output',
        metavar='OUT',
        type=Path,
        help='where to write it (default: standard output); a notebook, where OUT ends in .ipynb',
    )
    parser.add_argument('--force', action='store_true', help='replace OUT if it exists')
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        '--to-library',
        action='store_true',
        help="for scripts of the Keras example's family: write a short script on transfer_style, with the "
        'settings that were read out of the old one, and say where each was found',
    )
    instead.add_argument(
        '--check',
        action='store_true',
        help="write nothing; list what would change, in the script's own modules beside it too",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Port or check the script; return 0, or 1 where something is left."""
    if args.check:
        return _check(args.script)
    if args.to_library:
        return _to_library(args)
    from nst_lbfgs.porting.script import port_script

    ported = port_script(args.script, as_notebook=_is_notebook(args.output))
    _write(args, ported.text)
    for change in ported.left:
        tell(f'nst-lbfgs: {args.script}, {_line(change)}')
    return 1 if ported.left else 0


def _check(script: Path) -> int:
    from nst_lbfgs.porting.own_modules import own_modules
    from nst_lbfgs.porting.script import port_script

    every = [(path, port_script(path)) for path in [script, *own_modules(script)]]
    for path, ported in every:
        put(_report(path, ported))
    return 1 if any(ported.left for _, ported in every) else 0


def _to_library(args: argparse.Namespace) -> int:
    from nst_lbfgs.porting.library import to_library

    written = to_library(args.script)
    _write(args, written.text)
    (tell if args.output is None else put)(written.table)
    return 0


def _write(args: argparse.Namespace, text: str) -> None:
    if args.output is None:
        put(text.rstrip('\n'))
        return
    from nst_lbfgs.files import write_whole

    write_whole(args.output, text.encode('utf-8'), overwrite=args.force)


def _is_notebook(path: Path | None) -> bool:
    return path is not None and path.suffix == '.ipynb'


def _report(path: Path, ported: Ported) -> str:
    changes = [f'  {_line(change)}' for change in ported.changes]
    left = [f'  {_line(change)}' for change in ported.left]
    lines = [f'{path}: ' + (f'{len(changes)} to change' if changes else 'nothing to change'), *changes]
    return '\n'.join([*lines, *([f'left ({len(left)})', *left] if left else [])])


def _line(change: Change) -> str:
    return f'{change.place}: {change.old} -> {change.new}'
