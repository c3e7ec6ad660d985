"""Python 2's `string`: the names that went, and its functions that are methods today."""

from __future__ import annotations

import string as _string
from collections.abc import Iterable
from string import *  # noqa: F401, F403
from typing import Any

letters = _string.ascii_letters
lowercase = _string.ascii_lowercase
uppercase = _string.ascii_uppercase
atof, atoi, atol = float, int, int
maketrans = str.maketrans
_METHODS = (
    'capitalize center count expandtabs find index ljust lower lstrip replace rfind rindex rjust rsplit '
    'rstrip split strip swapcase translate upper zfill'
).split()
_RENAMED = {'splitfields': 'split'}


def join(words: Iterable[str], sep: str = ' ') -> str:
    """Return words as one text."""
    return sep.join(words)


joinfields = join


def __getattr__(name: str) -> Any:
    if name not in (*_METHODS, *_RENAMED):
        raise AttributeError(f"Python 2's string had no {name!r}")
    return getattr(str, _RENAMED.get(name, name))
