"""Attributes and modules replaced for the length of a run, and put back after it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
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


def once_imported(undo: ExitStack, name: str, change: Callable[[Any], None]) -> None:
    """Change a module when it is imported, at once if it is already; until `undo`."""
    if name in sys.modules:
        change(sys.modules[name])
        return
    finder = _Changing(name, change)
    sys.meta_path.insert(0, finder)
    undo.callback(sys.meta_path.remove, finder)


class _Changing(MetaPathFinder):
    """Finds one module, which is changed as soon as it is executed."""

    def __init__(self, name: str, change: Callable[[Any], None]) -> None:
        self._name, self._change = name, change

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        loader: Any = spec.loader if spec is not None else None
        if loader is not None:
            execute = loader.exec_module

            def executed(module: Any) -> None:
                execute(module)
                self._change(module)

            loader.exec_module = executed
        return spec
