"""Large libraries imported in less time, for a process that does nothing else meanwhile."""

from __future__ import annotations

import gc
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager


@contextmanager
def imported_for_good() -> Iterator[None]:
    """Let no garbage be looked for during the imports of the block, nor afterwards in what they brought.

    A library's hundred thousands of objects live as long as the process: looking through them again and
    again takes a sixth of TensorFlow's import, and a second when the process ends. What is made after the
    block is collected as ever. For the command line: objects of a process that does other things are
    exempt, too.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


@contextmanager
def without(names: Collection[str]) -> Iterator[None]:
    """Have the imports of the block find these optional packages not installed, unless they are imported."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: as if it were not there
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
