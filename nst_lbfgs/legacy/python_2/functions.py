"""Functions that Python 3 no longer has, or has with another meaning."""

from __future__ import annotations

import importlib
import itertools
import sys
import types
from pathlib import Path
from typing import Any


def cmp(a: Any, b: Any) -> int:
    """Return -1, 0 or 1: a is smaller, equal or larger."""
    return int(a > b) - int(a < b)


def map_none(_none: None, *sequences: Any) -> list[Any]:
    """Do `map(None, *sequences)`: a list of tuples as long as the longest, None where one has ended."""
    return list(itertools.zip_longest(*sequences)) if len(sequences) > 1 else list(*sequences)


def reload(module: types.ModuleType) -> types.ModuleType:
    """Load a module again; but `sys`, which scripts reload to set an encoding, is left alone."""
    return module if module is sys else importlib.reload(module)


def nothing(*_arguments: Any) -> None:
    """Stands for `sys.setdefaultencoding` and `sys.exc_clear`, which nothing needs any more."""


def execfile(name: str, names: dict[str, Any] | None = None, local: dict[str, Any] | None = None) -> None:
    """Run a script, in either Python's syntax, in the caller's names or those that are given."""
    from ..source import read_script

    caller = sys._getframe(1)
    names = caller.f_globals if names is None else names
    for cell in read_script(Path(name)):
        exec(compile(cell.tree, cell.name, 'exec'), names, names if local is None else local)
