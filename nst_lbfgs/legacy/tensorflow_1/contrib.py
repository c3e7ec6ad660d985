"""`tf.contrib`, which TensorFlow 2 left out: its optimizer, and what other packages carry on."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from typing import Any

from ...errors import LegacyError
from . import scipy_optimizer
from .catalogue import CONTRIB_IN_TF_SLIM, CONTRIB_MOVED, CONTRIB_OPT


class Package(types.ModuleType):
    """A package of TensorFlow 1's that answers for what it lacks when a script asks for that."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        if name in CONTRIB_IN_TF_SLIM and self.__name__ == 'tensorflow.contrib':
            return _of_tf_slim(name)
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
    opt = Package('tensorflow.contrib.opt')
    opt.__dict__.update({name: getattr(scipy_optimizer, name) for name in CONTRIB_OPT})
    package.__dict__.update(opt=opt)
    for old, new in CONTRIB_MOVED.items():
        package.__dict__[old] = tensorflow if new == 'compat.v1' else getattr(tensorflow, new)
    return package


def submodules(package: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the names that can be imported, and what they give."""
    for name in ('opt', *CONTRIB_MOVED):
        yield f'tensorflow.contrib.{name}', getattr(package, name)
    for name in CONTRIB_IN_TF_SLIM:
        yield f'tensorflow.contrib.{name}', _Later(name)


class _Later(types.ModuleType):
    """A module of tf-slim, looked for only once something of it is used."""

    def __init__(self, name: str) -> None:
        super().__init__(f'tensorflow.contrib.{name}')
        self.__dict__['_part'] = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return getattr(_of_tf_slim(self.__dict__['_part']), name)


def _of_tf_slim(name: str) -> Any:
    try:
        slim = importlib.import_module('tf_slim')
    except ImportError as error:
        raise LegacyError(
            f'Expected the package that carries on tf.contrib.{name}. Received: none; '
            'python -m pip install tf-slim'
        ) from error
    return slim if name in ('slim', 'framework') else importlib.import_module(f'tf_slim.{name}')
