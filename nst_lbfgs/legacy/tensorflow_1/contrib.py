"""`tf.contrib`, which TensorFlow 2 left out: its optimizer, the usual layers, and what moved elsewhere."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from ...errors import LegacyError
from . import arguments_of_scopes, contrib_layers, scipy_optimizer
from .catalogue import CONTRIB_FRAMEWORK, CONTRIB_LAYERS, CONTRIB_MOVED, CONTRIB_OPT, CONTRIB_SLIM

_PARTS = {
    'opt': CONTRIB_OPT,
    'layers': CONTRIB_LAYERS,
    'framework': CONTRIB_FRAMEWORK,
    'slim': CONTRIB_SLIM,
}


class Package(types.ModuleType):
    """A package of TensorFlow 1's that answers for what it lacks when a script asks for that."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return _Absent(f'{self.__name__.replace("tensorflow", "tf")}.{name}')


class _Absent:
    """Something that is not here: says so once it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return _Absent(f'{self._name}.{name}')

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        raise LegacyError(
            f'Expected a part of TensorFlow 1 that is supported. Received: {self._name}, which '
            'TensorFlow 2 left out'
        )


def module(tensorflow: types.ModuleType) -> types.ModuleType:
    """Return `tf.contrib` for a module that stands for TensorFlow 1."""
    package = Package('tensorflow.contrib')
    for part, names in _PARTS.items():
        package.__dict__[part] = Package(f'tensorflow.contrib.{part}')
        package.__dict__[part].__dict__.update({name: _value(name) for name in names})
    for old, new in CONTRIB_MOVED.items():
        package.__dict__[old] = tensorflow if new == 'compat.v1' else getattr(tensorflow, new)
    return package


def submodules(package: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the names that can be imported, and what they give."""
    for name in (*_PARTS, *CONTRIB_MOVED):
        yield f'tensorflow.contrib.{name}', getattr(package, name)
    python = Package('tensorflow.contrib.eager.python')
    python.__dict__['tfe'] = package.eager  # where it was imported from, mostly
    yield python.__name__, python


def _value(name: str) -> Any:
    for home in (scipy_optimizer, contrib_layers, arguments_of_scopes):
        if hasattr(home, name):
            return getattr(home, name)
    return getattr(tf.compat.v1.train if name == 'get_or_create_global_step' else tf.compat.v1, name)
