"""Python 2's `pickle` and `cPickle`: they read what Python 2 wrote, from files opened as text too."""

from __future__ import annotations

import pickle as _pickle
from pickle import *  # noqa: F401, F403
from typing import Any

from .text import as_bytes


def load(file: Any) -> Any:  # type: ignore[no-redef]
    """Return the next object in a file; a `str` of Python 2's becomes text of the same characters."""
    return _pickle.load(getattr(file, 'buffer', file), encoding='latin1')


def loads(data: Any) -> Any:  # type: ignore[no-redef]
    """Return the object in a string."""
    return _pickle.loads(as_bytes(data), encoding='latin1')


def dump(value: Any, file: Any, protocol: int | None = 2) -> None:  # type: ignore[no-redef]
    """Write an object to a file, as Python 2 could read it unless `protocol` says otherwise."""
    _pickle.dump(value, file, protocol)
