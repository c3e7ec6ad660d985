"""Where the names of Keras 1 and 2, SciPy 1.1, NumPy, Pillow and TensorFlow 1 are today, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ..legacy.catalogue import NUMPY, PILLOW, SCIPY_MISC, TENSORFLOW
from ..legacy.old_uses import is_restored
from ..legacy.tensorflow_1.catalogue import problem_of
from .moved_modules import MOVED_MODULES

_ALIASES = ('tensorflow.python.keras', 'tensorflow.compat.v1.keras', 'tensorflow.keras')
_NETWORKS = {
    'densenet': ('DenseNet121', 'DenseNet169', 'DenseNet201'),
    'inception_v3': ('InceptionV3',),
    'mobilenet': ('MobileNet',),
    'nasnet': ('NASNetLarge', 'NASNetMobile'),
    'resnet50': ('ResNet50',),
    'vgg16': ('VGG16',),
    'vgg19': ('VGG19',),
    'xception': ('Xception',),
}
_MODELS = ('Model', 'Sequential')

# Whole names of old, and the name in `nst_lbfgs.legacy`, or the name of an attribute there.
LEGACY = {
    'keras.backend': 'backend',
    'keras.Input': 'Input',
    'keras.layers.Input': 'Input',
    'keras.layers.merge.merge': 'merge',
    'keras.layers.Deconvolution2D': 'Deconvolution2D',
    'keras.preprocessing.image.array_to_img': 'array_to_img',
    'keras.preprocessing.image.img_to_array': 'img_to_array',
    'keras.preprocessing.image.load_img': 'load_img',
    'keras.utils.convert_all_kernels_in_model': 'convert_all_kernels_in_model',
    'keras.utils.convert_kernel': 'convert_kernel',
    'keras.utils.get_file': 'get_file',
    **{f'scipy.misc.{name}': name for name in SCIPY_MISC - {'bytescale'}},
    **{f'keras.applications.{module}': module for module in _NETWORKS},
    **{
        f'keras.applications.{builder}': f'{module}.{builder}'
        for module, builders in _NETWORKS.items()
        for builder in builders
    },
}

# Whole names of old, and what is written for them.
REPLACED = {
    'keras.layers.AtrousConvolution2D': 'keras.layers.Conv2D',
    'keras.utils.plot': 'keras.utils.plot_model',
    **{f'PIL.Image.{old}': f'PIL.Image.{new}' for old, new in PILLOW.items()},
    **{
        f'numpy.{old}': f'numpy.{new}'
        for old, new in NUMPY.items()
        if old not in ('asscalar', 'cast', 'NINF')
    },
    **{f'numpy.{old}': NUMPY[old] for old in ('complex', 'float', 'int', 'long', 'object', 'str', 'unicode')},
    'numpy.bool': 'bool',
    'tensorflow.log': 'tensorflow.math.log',
    'tensorflow.set_random_seed': 'tensorflow.random.set_seed',
}
BUILTINS = {'xrange': 'range', 'raw_input': 'input'}

# Calls of no use any more, or that would take away what the legacy API stands on.
DROPPED = frozenset(
    f'tensorflow.{name}'
    for name in ('disable_eager_execution', 'disable_v2_behavior', 'enable_eager_execution')
)
_ONLY_IN_RUN = ({f'tensorflow.{name}' for name in TENSORFLOW} - DROPPED) | {
    'numpy.asscalar',
    'numpy.cast',
    'numpy.NINF',
}


@dataclass(frozen=True)
class Today:
    """What stands for an old name: a name of `nst_lbfgs.legacy`, or another whole name."""

    name: str
    is_legacy: bool = False


def today(full: str) -> Today | None:
    """Return what stands for an old name, or None where it can stay."""
    name = canonical(full)
    if name in LEGACY:
        return Today(LEGACY[name], is_legacy=True)
    if name in REPLACED:
        return Today(REPLACED[name])
    if _is_version_1_s(name):
        compat = name.replace('tensorflow', 'tensorflow.compat.v1', 1)
        return Today(compat) if full != compat else None
    owner, _, last = name.rpartition('.')
    if owner.startswith('keras.applications.') and owner in LEGACY and last[:1] != '_':
        return Today(f'{LEGACY[owner]}.{last}', is_legacy=True)
    return Today(name) if name != full and not _means_the_same(full) else None


def _is_version_1_s(name: str) -> bool:
    """Return whether TensorFlow has a name in `tf.compat.v1` alone, where it needs no graph."""
    root, _, below = name.partition('.')
    if root != 'tensorflow' or name in _ONLY_IN_RUN | DROPPED:
        return False
    return problem_of(below) is None and is_restored(below)


def is_only_in_run(full: str) -> bool:
    """Return whether `nst-lbfgs run` alone supplies a name."""
    return canonical(full) in _ONLY_IN_RUN


def is_dropped(full: str) -> bool:
    """Return whether a call of a name can go."""
    return canonical(full) in DROPPED


def legacy_names_of(module: str) -> list[str]:
    """Return the names that `from MODULE import *` has in `nst_lbfgs.legacy`."""
    prefix = canonical(module) + '.'
    return sorted(
        {
            new
            for old, new in LEGACY.items()
            if old.startswith(prefix) and '.' not in old[len(prefix) :] and '.' not in new
        }
    )


def canonical(name: str) -> str:
    """Return an old name by the module that has it today, where that is known."""
    for alias in _ALIASES:
        if name == alias or name.startswith(alias + '.'):
            name = 'keras' + name[len(alias) :]
    name = name.replace('tensorflow.compat.v1', 'tensorflow').replace('scipy.misc.pilutil', 'scipy.misc')
    if name in ('keras.backend.tensorflow_backend', 'keras.backend.common'):
        return 'keras.backend'
    module, _, last = name.rpartition('.')
    if module in MOVED_MODULES and f'{module}.{last}' not in LEGACY:
        home = (
            'keras.models' if module.startswith('keras.engine') and last in _MODELS else MOVED_MODULES[module]
        )
        return f'{home}.{last}'
    return name


def _means_the_same(full: str) -> bool:
    """Return whether today's packages still have a name that has another canonical one."""
    return full.startswith(('tensorflow.keras', 'tensorflow.compat.v1')) and '.python.' not in full
