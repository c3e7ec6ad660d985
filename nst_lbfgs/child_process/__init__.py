"""Child processes: a Python of their own that imports nothing from the folder that the user is in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..machine.sudden_end import undone_if_sudden

END_SECONDS = 10  # only one that waits for a broken disk takes so long
_START = Path(__file__).absolute().with_name('start.py')


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs `module` as `python -m` does, but without the current folder.

    The child's import path is the one that Python starts with: PYTHONPATH counts, what this process
    has added to `sys.path` does not. A module of this package is of this very copy of it.
    """
    options = {'-E': sys.flags.ignore_environment, '-s': sys.flags.no_user_site}
    taken_on = [option for option, is_set in options.items() if is_set]
    return [sys.executable, *taken_on, str(_START), module, *arguments]


@contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Yield a process, started as `subprocess.Popen` does, that does not outlive the block.

    It is killed at the end of the block, or with this process if that ends at once. Raises OSError if it
    cannot be started.
    """
    begin = partial(subprocess.Popen, command, **options)
    with undone_if_sudden(begin, _end) as process, process:
        try:
            yield process
        finally:
            process.kill()


def _end(process: subprocess.Popen[Any]) -> None:
    process.kill()
    process.wait(END_SECONDS)
