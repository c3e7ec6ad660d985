"""The commands that repeat a run and that go on with it, as they are typed in the page's folder."""

from __future__ import annotations

from .files import RunFiles
from .links import as_argument, typed


def repeating(files: RunFiles) -> str:
    """Return the command that repeats the run of a record under another name."""
    record, again = as_argument(files.record.name), as_argument(f'{files.prefix.name}_again')
    return typed('nst-lbfgs', 'transfer', '--from', record, f'{again}{files.picture.suffix}')


def resuming(files: RunFiles, iterations: int, done: int) -> str:
    """Return the command that goes on with a run: to its end, or if it has come there as far again."""
    command = ['nst-lbfgs', 'transfer', '--resume', as_argument(files.prefix.name)]
    return typed(*command, *(['--iter', str(2 * iterations)] if done >= iterations else []))
