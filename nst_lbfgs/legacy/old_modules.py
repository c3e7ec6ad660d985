"""Gives old Keras's modules every public name that they had, or a refusal in its place."""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from . import backend
from .foreign_names import FOREIGN, KERAS_ALIASES, SLOW
from .keras_names import CallableModule
from .old_names import advice, old_modules
from .refusal import Refusal
from .replacements import replace, replace_module
from .supplements import SUPPLEMENTS

_ABSENT = object()
_FIRST_HOMES = {
    'keras.applications.mobilenetv2': 'keras.applications.mobilenet_v2',
    'keras.initializations': 'keras.initializers',
    'keras.objectives': 'keras.losses',
}
_LATER_HOMES = (
    'keras.layers',
    'keras.models',
    'keras.utils',
    'keras',
    'keras.initializers',
    'keras.losses',
    'keras.metrics',
    'keras.callbacks',
    'keras.applications.imagenet_utils',
    'keras.preprocessing.sequence',
    'keras.src.legacy.preprocessing.image',
    'keras.src.legacy.preprocessing.sequence',
    'keras.src.legacy.preprocessing.text',
)


def restore_old_modules(undo: ExitStack) -> None:
    """Make every old module importable, with its names; `undo` takes them away again."""
    names = old_modules()
    for old in names:
        _place(undo, old, _module(old))
    for old, found in names.items():
        module = sys.modules[old]
        for name in {**found, **SUPPLEMENTS.get(old, {})}:
            if name not in vars(module):
                replace(undo, module, name, value_of(old, name))


def _module(old: str) -> types.ModuleType:
    """Return today's module of that name, or a new one that is empty yet."""
    if old == 'keras.backend':
        return backend
    try:
        return importlib.import_module(old)
    except ImportError:
        kind = CallableModule if old == 'keras.layers.merge' else types.ModuleType
        module = kind(old)
        module.__path__ = []
        module.__getattr__ = _later_name(old)  # type: ignore[method-assign]
        return module


def _later_name(module: str) -> Callable[[str], Any]:
    """Find a name that no Keras before 2.4 had in a module, but tf.keras may have had."""

    def getattribute(name: str) -> Any:
        for found in _from_keras(module, name):
            if found is not _ABSENT and not name.startswith('__'):
                return found
        raise AttributeError(f'module {module!r} has no attribute {name!r}')

    return getattribute


def _place(undo: ExitStack, old: str, module: types.ModuleType) -> None:
    replace_module(undo, old, module)
    parent, _, name = old.rpartition('.')
    if parent:
        replace(undo, sys.modules[parent], name, module)


def value_of(module: str, name: str) -> Any:
    """Return what an old name means today, or its Refusal.

    Of its own supplements, today's Keras and other packages, whichever has it first.
    """
    instead = advice(module, name)
    if instead is not None:
        return Refusal(f'{module}.{name}', instead)
    for found in _candidates(module, name):
        if found is not _ABSENT:
            return found
    return Refusal(f'{module}.{name}', 'an older Keras 3, which had it')


def _candidates(module: str, name: str) -> Iterator[Any]:
    yield _supplement(module, name)
    yield from _from_keras(module, name)
    yield _foreign(name)


def _supplement(module: str, name: str) -> Any:
    own = SUPPLEMENTS.get(module, {})
    if name in own:
        return own[name]
    if f'keras.{name}' == module.replace('.applications', '').replace('.preprocessing', ''):
        return sys.modules[module]  # of the package of its own that it was moved into in Keras 2.2
    if name in KERAS_ALIASES:
        return sys.modules[KERAS_ALIASES[name]]
    return SUPPLEMENTS['*'].get(name, _ABSENT)


def _from_keras(module: str, name: str) -> Iterator[Any]:
    if module.startswith('keras.backend'):
        yield vars(backend).get(name, _ABSENT)
        return
    if module.startswith('keras.applications.'):
        name = name.removeprefix('TF_')
    homes = [_FIRST_HOMES.get(module, module), *_insides(module), *_LATER_HOMES]
    for home in homes:
        yield vars(_imported(home)).get(name, _ABSENT)
    yield vars(backend).get(name, _ABSENT)


def _insides(module: str) -> list[str]:
    if module.startswith('keras.applications.'):
        return [module.replace('keras.', 'keras.src.', 1)]
    return []


def _imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        return types.SimpleNamespace()


class _Later:
    """A module, or something in it, that is imported once it is used."""

    def __init__(self, module: str, attribute: str = '') -> None:
        self._module, self._attribute = module, attribute

    def _found(self) -> Any:
        module = importlib.import_module(self._module)
        return getattr(module, self._attribute) if self._attribute else module

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return getattr(self._found(), name) if self._attribute else _Later(self._module, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._found()(*args, **kwargs)


def _foreign(name: str) -> Any:
    """Return what an old module imported from elsewhere and so had as a name of its own."""
    path = FOREIGN.get(name)
    if path is None:
        return getattr(builtins, name, _ABSENT)
    module, _, attribute = path.partition(':')
    found = _Later(module) if module in SLOW else _imported(module)
    return getattr(found, attribute, _ABSENT) if attribute else found
