"""Attributes and modules replaced for the length of a run, and put back after it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import Any

_ABSENT: Any = object()


def replace(undo: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Set an attribute; `undo` restores it or takes it away."""
    before = vars(owner).get(name, _ABSENT)
    setattr(owner, name, value)
    if before is _ABSENT:
        undo.callback(lambda: delattr(owner, name))
    else:
        undo.callback(lambda: setattr(owner, name, before))


def replace_module(undo: ExitStack, name: str, module: Any) -> None:
    """Make `import name` give `module`; `undo` restores what it gave before."""
    before = sys.modules.get(name, _ABSENT)
    sys.modules[name] = module
    if before is _ABSENT:
        undo.callback(lambda: sys.modules.pop(name, None))
    else:
        undo.callback(lambda: sys.modules.__setitem__(name, before))
