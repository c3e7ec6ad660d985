"""The API that Keras 1 and 2 style-transfer scripts were written for, on today's Keras.

In place of a script's Keras imports, with nothing else changed:

    from nst_lbfgs.legacy import backend as K
    from nst_lbfgs.legacy import vgg19, load_img, img_to_array, imsave

Needs Keras 3 with TensorFlow. Using it adds methods to Keras 3's classes in this process
(`patches`); `nst-lbfgs run` besides makes the old module names importable (`importing`).
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    'Evaluator': 'evaluator',
    'configure': 'settings',
    'Input': 'keras_names',
    'array_to_img': 'keras_names',
    'get_file': 'keras_names',
    'img_to_array': 'keras_names',
    'load_img': 'keras_names',
    'merge': 'keras_names',
    'Deconvolution2D': 'keras_names',
    'convert_all_kernels_in_model': 'old_weights',
    'convert_kernel': 'old_weights',
    'fromimage': 'scipy_misc',
    'imfilter': 'scipy_misc',
    'imread': 'scipy_misc',
    'imresize': 'scipy_misc',
    'imrotate': 'scipy_misc',
    'imsave': 'scipy_misc',
    'toimage': 'scipy_misc',
}
_NETWORKS = (
    'densenet',
    'inception_v3',
    'mobilenet',
    'nasnet',
    'resnet',
    'resnet50',
    'vgg16',
    'vgg19',
    'xception',
)
_WITHOUT_KERAS = ('settings', 'scipy_misc', 'evaluator')

__all__ = ['backend', *_HOMES, *_NETWORKS]


def __getattr__(name: str) -> Any:
    """Load what is asked for, and with it Keras, only then."""
    if name not in __all__:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    home = _HOMES.get(name, 'backend' if name == 'backend' else 'applications')
    if home not in _WITHOUT_KERAS:
        from ..quiet import import_tensorflow

        require_keras_3()
        import_tensorflow()  # with the settings of `run`, for the same numbers
        importlib.import_module('.patches', __name__).patch_keras()
    module = importlib.import_module(f'.{home}', __name__)
    if name == 'backend':
        return module
    return module.MODULES[name] if name in _NETWORKS else getattr(module, name)


def require_keras_3() -> None:
    """Raise LegacyError unless the installed Keras is version 3 or later."""
    from ..errors import LegacyError
    from ..machine.versions import UNKNOWN, version_of

    found = version_of('keras')
    if found == UNKNOWN:  # a build without metadata says it itself
        found = _version_of_imported_keras()
    if not found[0].isdigit() or int(found.split('.')[0]) < 3:
        raise LegacyError(f'Expected Keras 3 or later, which old scripts are run on. Received: {found}')


def _version_of_imported_keras() -> str:
    try:
        import keras
    except ImportError:
        return 'none'
    return str(keras.__version__)
