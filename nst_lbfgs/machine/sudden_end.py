"""What has to be undone where the process ends at once: a half-written file, a lock, a child process.

It imports little, for a command may be ended while it is still importing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

Thing = TypeVar('Thing')

_undoings: list[partial[object]] = []
_may_begin = threading.Lock()


@contextmanager
def undone_if_sudden(begin: Callable[[], Thing], undo: Callable[[Thing], object]) -> Iterator[Thing]:
    """Yield what `begin` returns; `undo` is called with it if the process ends at once within the block.

    There is no moment at which it has begun and would not be undone. What both raise passes through.
    """
    with _may_begin:
        thing = begin()
        undoing = partial(undo, thing)
        _undoings.append(undoing)
    try:
        yield thing
    finally:
        _undoings.remove(undoing)


def undo_all() -> None:
    """Undo what is under way, the latest first, and let nothing begin: the process is about to end."""
    _may_begin.acquire()
    for undoing in reversed(_undoings[:]):
        with suppress(Exception):  # the rest has to be undone all the same
            undoing()
