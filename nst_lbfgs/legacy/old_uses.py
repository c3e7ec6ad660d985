"""Which uses of Keras, TensorFlow, SciPy, NumPy and Pillow are supported, name by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from .catalogue import NUMPY, PILLOW, SCIPY_MISC, TENSORFLOW
from .installed_names import has_module, has_name
from .old_names import advice, is_old_name, old_modules
from .tensorflow_1.catalogue import RESTORED_MODULES, problem_of

_TENSORFLOW_KERAS = ('tensorflow.python.keras', 'tensorflow.compat.v1.keras', 'tensorflow.keras')
_GONE = "TensorFlow 1's, gone from TensorFlow 2"


@dataclass(frozen=True)
class Use:
    """One name that a script uses: where, and why it is not supported ('' if it is)."""

    line: int
    name: str
    problem: str = ''


def canonical(name: str) -> str:
    """Return tf.keras's names as Keras's own, and keras.backend's under that name."""
    for prefix in _TENSORFLOW_KERAS:
        if name == prefix or name.startswith(f'{prefix}.'):
            name = 'keras' + name[len(prefix) :]
    for package in ('applications', 'preprocessing'):
        if name.startswith(f'keras_{package}'):
            name = name.replace('_', '.', 1)
    for old in ('keras.backend.tensorflow_backend', 'keras.backend.common'):
        name = name.replace(old, 'keras.backend')
    return name


def module_use(line: int, module: str) -> Iterator[Use]:
    """Yield what is to be said of `import module`, if anything."""
    name, root = canonical(module), canonical(module).partition('.')[0]
    if root in sys.stdlib_module_names or root in ('__main__', 'scipy', 'numpy', 'PIL'):
        if name.startswith('scipy.misc'):
            yield Use(line, f'import {module}')
    elif root == 'theano':
        yield Use(line, 'import theano', 'it is no longer maintained; use keras.backend instead')
    elif root == 'keras':
        yield from _keras_module(line, module, name)
    elif root == 'tensorflow':
        problem = problem_of(_below_tensorflow(name))
        if problem is not None or not has_module(name):
            yield Use(line, f'import {module}', _GONE if problem is None else problem)
    else:
        yield Use(line, f'import {root}', '' if find_spec(root) else 'not installed here')


def _keras_module(line: int, module: str, name: str) -> Iterator[Use]:
    if name in old_modules():
        yield Use(line, f'import {module}')
    elif not has_module(name):
        yield Use(line, f'import {module}', 'no module of old Keras, nor of the one installed here')


def name_use(line: int, full: str) -> Iterator[Use]:
    """Yield what is to be said of a name with its whole path, `canonical`, if anything."""
    module, _, name = full.rpartition('.')
    root = full.partition('.')[0]
    if root == 'keras':
        yield from _keras_name(line, *_split(full))
    elif module == 'scipy.misc':
        problem = '' if name in SCIPY_MISC else 'not one of its picture functions'
        yield Use(line, f'scipy.misc.{name}', problem)
    elif module == 'numpy' and name in NUMPY:
        yield Use(line, f'numpy.{name}')
    elif module == 'PIL.Image' and name in PILLOW:
        yield Use(line, f'PIL.Image.{name}')
    elif root == 'tensorflow':
        yield from _tensorflow_name(line, full)


def _split(full: str) -> tuple[str, str]:
    """Return the longest old module that a path begins with, and the name in it that follows."""
    parts = full.split('.')
    ends = [end for end in range(len(parts), 0, -1) if '.'.join(parts[:end]) in old_modules()]
    end = ends[0] if ends else 1
    return '.'.join(parts[:end]), parts[end] if end < len(parts) else ''


def _keras_name(line: int, module: str, name: str) -> Iterator[Use]:
    shown = f'K.{name}' if module == 'keras.backend' else f'{module}.{name}'
    instead = advice(module, name)
    if not name or name.startswith('_'):
        return
    if instead is not None:
        yield Use(line, shown, f'use {instead} instead')
    elif is_old_name(module, name):
        if module == 'keras.backend':
            yield Use(line, shown)
    elif module == 'keras.backend':
        yield Use(line, shown, 'no function of the old backend')
    elif has_name(f'{module}.{name}') is False:
        yield Use(line, shown, 'no name of old Keras, nor of the one installed here')


def in_version_1(use: Use) -> Use:
    """Return a use as it counts in a script that is given TensorFlow 1 for TensorFlow."""
    shown = use.name.partition(' ')[0]
    there = has_name(f'tensorflow.compat.v1.{shown.partition(".")[2]}')
    return Use(use.line, use.name) if use.problem == _GONE and there is not False else use


def _below_tensorflow(name: str) -> str:
    return name.replace('tensorflow.compat.v1', 'tensorflow').partition('.')[2]


def _tensorflow_name(line: int, full: str) -> Iterator[Use]:
    below = _below_tensorflow(full)
    name, problem = below.split('.')[0], problem_of(below)
    if name in TENSORFLOW:
        yield Use(line, f'tf.{name}')
    elif problem is not None:
        yield Use(line, f'tf.{below}', problem)
    elif name != 'python' and not name.startswith('_') and has_name(full) is False:
        yield Use(line, f'tf.{below}', '' if is_restored(below) else _GONE)


def is_restored(below: str) -> bool:
    """Return whether TensorFlow 2 left a name out that is given back from version 1; it follows `tf.`."""
    module = below.rpartition('.')[0]
    known = not module or module in RESTORED_MODULES
    gone = known and has_name(f'tensorflow.{below}') is False
    return gone and has_name(f'tensorflow.compat.v1.{below}') is True
