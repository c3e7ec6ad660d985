"""The module that `import tensorflow` gives an old script: TensorFlow 1's names.

TensorFlow's own `tf.compat.v1` does the work. Added are `tf.contrib`, the names from before
TensorFlow 1.0, `tf.layers`, and sessions that know Keras's tensors. Names of today's TensorFlow that
version 1 did not have are there too.
"""

from __future__ import annotations

import types
from contextlib import ExitStack
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.eager import context

from ..replacements import replace, replace_module
from . import contrib, layers, session
from .before_1_0 import OLD_FORMS
from .behaviour import version_1_behaviour
from .catalogue import LAYERS, RENAMED
from .compat_names import VERSION_1, own_names
from .layer_classes import CLASSES
from .old_calls import of_version_1

_VERSION = '1.15.5'
_NAMES = ('tensorflow', 'tensorflow.compat.v1', 'tensorflow._api.v2.compat.v1')
_NO_LONGER_SWITCHES = (
    'disable_eager_execution',
    'disable_v2_behavior',
    'enable_eager_execution',
    'enable_resource_variables',
    'disable_v2_tensorshape',
    'enable_v2_behavior',
)
_SUBMODULES = ('app', 'contrib', 'flags', 'gfile', 'image', 'layers', 'logging', 'losses', 'nn', 'train')


class _TensorFlow1(types.ModuleType):
    """A module with a last resort: today's TensorFlow."""

    def __getattr__(self, name: str) -> Any:
        return getattr(tf, name)


def tensorflow_1() -> types.ModuleType:
    """Return the module."""
    module = _TensorFlow1('tensorflow', tf.__doc__)
    names = module.__dict__
    names.update(VERSION_1, __path__=list(tf.__path__), __version__=_VERSION, VERSION=_VERSION)
    names.update(_renamed(), **OLD_FORMS)
    names.update({name: _nothing for name in _NO_LONGER_SWITCHES})
    names.update(Session=session.Session, InteractiveSession=session.InteractiveSession, keras=keras)
    names.update(layers=_layers(), contrib=contrib.module(module))
    names['compat'] = _with(tf.compat, v1=module)
    names['train'] = _with(names['train'], SummaryWriter=names['summary'].FileWriter)
    return module


def install(undo: ExitStack) -> None:
    """Make the module what every import of TensorFlow gives; `undo` takes it away."""
    _load_what_keras_loads_late()
    module = tensorflow_1()
    for name in _NAMES:
        replace_module(undo, name, module)
    for name in _SUBMODULES:
        replace_module(undo, f'tensorflow.{name}', getattr(module, name))
    for name, part in contrib.submodules(module.contrib):
        replace_module(undo, name, part)


def give_back_compat(undo: ExitStack) -> None:
    """Make `tf.compat.v1` do again what it does, for a script that was ported to it.

    Its switches count for the run alone.
    """
    names = {
        **{name: VERSION_1[name] for name in vars(tf.compat.v1) if name in VERSION_1},
        'Session': session.Session,
        'InteractiveSession': session.InteractiveSession,
        'disable_eager_execution': lambda: undo.enter_context(context.graph_mode()),
        'disable_v2_behavior': lambda: undo.enter_context(version_1_behaviour()),
    }
    for name, value in names.items():
        if getattr(tf.compat.v1, name, None) is not value:
            replace(undo, tf.compat.v1, name, value)


def _renamed() -> dict[str, Any]:
    return {old: of_version_1(new) for old, new in RENAMED.items() if '.' not in old}


def _with(module: Any, **names: Any) -> types.ModuleType:
    """Return a copy of a module with more names."""
    copy = types.ModuleType(module.__name__, module.__doc__)
    copy.__dict__.update({**own_names(module), **names})
    return copy


def _layers() -> types.ModuleType:
    module = contrib.Package('tensorflow.layers', layers.__doc__)
    module.__dict__.update({name: getattr(layers, name) for name in LAYERS - set(CLASSES)}, **CLASSES)
    return module


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands for a switch between TensorFlow's versions: the run has set it."""


def _load_what_keras_loads_late() -> None:
    """Keras imports TensorFlow by name at first use, and must not meet the script's."""
    from keras.src.utils import module_utils

    for name in vars(module_utils):
        lazy = getattr(module_utils, name)
        if type(lazy).__name__ == 'LazyModule' and str(lazy.name).startswith('tensorflow'):
            lazy.available
