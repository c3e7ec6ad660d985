"""What NumPy, Pillow, SciPy and TensorFlow removed, put back for the length of one run."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import types
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np
import scipy
import scipy.optimize
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFont

from . import scipy_misc
from .backend.state import get_session
from .backend.variables import placeholder
from .catalogue import NUMPY, PILLOW
from .replacements import replace, replace_module
from .sessions import Graph, Session, get_default_graph
from .settings import SETTINGS
from .tensor_classes import restore_tensor_classes
from .tensorflow_1.old_calls import restore_old_calls

_NUMPY_SPECIAL: dict[str, Any] = {
    'NINF': -np.inf,
    'asfarray': lambda a, dtype=np.float64: np.asarray(a, dtype),
    'asscalar': lambda a: a.item(),
    'bool': bool,
    'complex': complex,
    'float': float,
    'int': int,
    'long': int,
    'object': object,
    'str': str,
    'unicode': str,
}
_fromarray = Image.fromarray
_graph_placeholder = tf.compat.v1.placeholder
_PRINTING = ('disp', 'iprint')


def restore_removed_names(undo: ExitStack) -> None:
    """Put back every removed name; `undo` takes them away again."""
    _restore_numpy(undo)
    _restore_pillow(undo)
    _restore_scipy(undo)
    _restore_tensorflow(undo)


class _Cast(dict[Any, Any]):
    """`np.cast['float32'](array)`."""

    def __missing__(self, dtype: Any) -> Callable[[Any], Any]:
        return lambda array: np.asarray(array).astype(dtype)


def _restore_numpy(undo: ExitStack) -> None:
    for old, new in NUMPY.items():
        if old == 'cast':
            replace(undo, np, old, _Cast())
        elif old not in vars(np):
            value = _NUMPY_SPECIAL[old] if old in _NUMPY_SPECIAL else getattr(np, new)
            replace(undo, np, old, value)


def _restore_pillow(undo: ExitStack) -> None:
    for old, new in PILLOW.items():
        if not hasattr(Image, old):
            replace(undo, Image, old, getattr(Image.Resampling, new))
    replace(undo, Image, 'fromarray', _from_array)
    if not hasattr(ImageFont.FreeTypeFont, 'getsize'):
        replace(
            undo,
            ImageFont.FreeTypeFont,
            'getsize',
            lambda self, text, *args, **kwargs: self.getbbox(text)[2:],
        )
    if not hasattr(ImageDraw.ImageDraw, 'textsize'):
        replace(
            undo,
            ImageDraw.ImageDraw,
            'textsize',
            lambda self, text, font=None, **kwargs: self.textbbox((0, 0), text, font)[2:],
        )


def _from_array(obj: Any, mode: str | None = None) -> Image.Image:
    """Return an array as a picture; where a mode is given, its bytes are those of pixels in that mode."""
    if mode is None:
        return _fromarray(obj)
    array = np.ascontiguousarray(obj)
    return Image.frombytes(mode, (array.shape[1], array.shape[0]), array.tobytes())


def _restore_scipy(undo: ExitStack) -> None:
    replace_module(undo, 'scipy.misc', scipy_misc)
    replace_module(undo, 'scipy.misc.pilutil', scipy_misc)
    replace(undo, scipy, 'misc', scipy_misc)
    replace(undo, scipy.optimize, 'fmin_l_bfgs_b', _quiet_lbfgs(scipy.optimize.fmin_l_bfgs_b))


def _quiet_lbfgs(minimise: Callable[..., Any]) -> Callable[..., Any]:
    """Accept `iprint` and `disp`, which SciPy deprecated in 1.15 and removed in 1.18.

    Where SciPy no longer takes them, they print nothing.
    """
    taken = inspect.signature(minimise).parameters

    @functools.wraps(minimise)
    def fmin_l_bfgs_b(*args: Any, **kwargs: Any) -> Any:
        kept = {name: value for name, value in kwargs.items() if name not in _PRINTING or name in taken}
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', '.*`disp` and `iprint`', DeprecationWarning)
            return minimise(*args, **kept)

    return fmin_l_bfgs_b


def _restore_tensorflow(undo: ExitStack) -> None:
    """Give TensorFlow 1's names a meaning: sessions run K.function, switches do nothing."""
    names = {
        'Session': Session,
        'Graph': Graph,
        'InteractiveSession': Session,
        'get_default_graph': get_default_graph,
        'placeholder': _tf_placeholder,
        'get_default_session': get_session,
        'disable_eager_execution': _give_shapes_of_tensorflow_2,
        'disable_v2_behavior': _nothing,
        'enable_eager_execution': _nothing,
        'global_variables_initializer': _nothing,
        'initialize_all_variables': _nothing,
        'reset_default_graph': _nothing,
        'ConfigProto': _Options,
        'GPUOptions': _Options,
    }
    restore_tensor_classes(undo)
    for module in _tensorflow_modules():
        for name, value in names.items():
            replace(undo, module, name, value)
    restore_old_calls(undo)


def _tensorflow_modules() -> list[Any]:
    """Return TensorFlow and every module that goes by the name of its compat.v1."""
    importlib.import_module('tensorflow.compat.v1')
    found = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith('tensorflow') and name.endswith('compat.v1')
    ]
    return list({id(m): m for m in (tf, tf.compat.v1, *found)}.values())


def _give_shapes_of_tensorflow_2() -> None:
    """All that is left of disabling eager execution: such a script was written for TensorFlow 2."""
    SETTINGS.tensorflow_1_shapes = False


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """Stands for a switch or an initializer that this layer has no use for."""


class _Options(types.SimpleNamespace):
    """`tf.ConfigProto` and `tf.GPUOptions`: takes every option, and changes nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def __getattr__(self, name: str) -> _Options:
        if name.startswith('__'):
            raise AttributeError(name)
        child = _Options()
        setattr(self, name, child)
        return child


def _tf_placeholder(dtype: Any = 'float32', shape: Any = None, name: str | None = None) -> Any:
    if not tf.executing_eagerly():  # Keras itself, tracing a function
        return _graph_placeholder(dtype, shape, name)
    return placeholder(shape, dtype=tf.as_dtype(dtype).name, name=name)
