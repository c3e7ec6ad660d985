"""Keeps what C libraries print off the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send file descriptor 2 to nowhere: the only way to silence a library that prints to it.

    It belongs to the whole process: what other threads print to it meanwhile is lost.
    """
    try:
        kept = os.dup(STDERR)
    except OSError:  # there is none, as under pythonw: nothing to be silenced
        yield
        return
    try:
        with open(os.devnull, 'wb') as nowhere:
            os.dup2(nowhere.fileno(), STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
