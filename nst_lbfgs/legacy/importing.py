"""Makes `import keras` and its old submodules give the old API, for the length of one run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import tensorflow as tf

from . import backend
from .applications import MODULES, decode_predictions, is_builder
from .callbacks import CALLBACKS
from .keras_names import IMAGE, LAYERS, UTILS
from .old_configs import model_from_json
from .old_modules import restore_old_modules
from .patches import patch_keras
from .patches.saving import load_model, save_model
from .removed_names import restore_removed_names
from .replacements import replace, replace_module
from .static_shapes import restore_dimensions
from .tensorflow_1 import compat_names  # noqa: F401  taken before other names stand in their place

_ALIASES = ('tensorflow.keras', 'tensorflow.python.keras', 'tensorflow.compat.v1.keras')
_PACKAGES = ('applications', 'preprocessing')  # packages of their own beside Keras 2.2 and 2.3


@contextmanager
def old_names() -> Iterator[None]:
    """Within this context, imports of Keras 1 and 2, SciPy 1.1 and TensorFlow 1 work."""
    patch_keras()
    with ExitStack() as undo:
        _replace_functions(undo)
        restore_old_modules(undo)
        _alias_tensorflow(undo)
        restore_removed_names(undo)
        restore_dimensions(undo)
        yield


def _replace_functions(undo: ExitStack) -> None:
    models = {
        'Model': LAYERS['Model'],
        'load_model': load_model,
        'model_from_json': model_from_json,
        'save_model': save_model,
    }
    owners: list[tuple[Any, dict[str, Any]]] = [
        (keras, {'backend': backend, 'Input': LAYERS['Input'], 'Model': LAYERS['Model']}),
        (keras.layers, LAYERS),
        (keras.preprocessing.image, IMAGE),
        (keras.utils, {**IMAGE, **UTILS}),
        (keras.callbacks, CALLBACKS),
        (keras.models, models),
        (keras.applications.imagenet_utils, {'decode_predictions': decode_predictions}),
    ]
    for owner, names in owners:
        for name, value in names.items():
            replace(undo, owner, name, value)
    _replace_networks(undo)


def _replace_networks(undo: ExitStack) -> None:
    for name, contents in MODULES.items():
        module = getattr(keras.applications, name)
        for key, value in vars(contents).items():
            if is_builder(value) or value is decode_predictions:
                replace(undo, module, key, value)
                if hasattr(keras.applications, key):
                    replace(undo, keras.applications, key, value)


def _alias_tensorflow(undo: ExitStack) -> None:
    """Make tf.keras the same modules as keras."""
    for name, module in list(sys.modules.items()):
        root, _, rest = name.partition('.')
        if root != 'keras' or rest.startswith(('src', '_tf_keras', 'api')):
            continue
        for alias in _ALIASES:
            replace_module(undo, f'{alias}.{rest}' if rest else alias, module)
        if rest.startswith(_PACKAGES):
            replace_module(undo, f'keras_{rest}', module)
    replace(undo, tf, 'keras', keras)
    replace(undo, tf.compat.v1, 'keras', keras)
