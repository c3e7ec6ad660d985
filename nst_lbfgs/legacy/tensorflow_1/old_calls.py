"""TensorFlow 1's names and arguments on today's TensorFlow, for scripts that call it beside Keras.

Names that version 2 left out are version 1's own, from `tf.compat.v1`. A function that both have is
version 2's, unless it is called with an argument that only version 1's takes, such as `keep_dims`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import tensorflow as tf
from tensorflow.python.util import deprecation

from ..replacements import replace
from .before_1_0 import OLD_FORMS
from .catalogue import RENAMED, RESTORED_MODULES
from .compat_names import VERSION_1, own_names


def restore_old_calls(undo: ExitStack) -> None:
    """Make calls as version 1 had them work; `undo` ends it. TensorFlow no longer says that they are old."""
    undo.enter_context(deprecation.silence())
    _restore(undo, tf, VERSION_1)
    for name in RESTORED_MODULES:
        _restore(undo, getattr(tf, name), own_names(VERSION_1[name]))
    for old, new in RENAMED.items():
        if '.' not in old and not hasattr(tf, old):
            replace(undo, tf, old, of_version_1(new))
    for name, form in OLD_FORMS.items():
        replace(undo, tf, name, form)


def of_version_1(name: str) -> Any:
    """Return what `tf.compat.v1` has by a name such as 'summary.image'."""
    root, _, rest = name.partition('.')
    return getattr(VERSION_1[root], rest) if rest else VERSION_1[root]


def _restore(undo: ExitStack, module: Any, names: dict[str, Any]) -> None:
    for name, before in names.items():
        if not hasattr(module, name):
            replace(undo, module, name, before)
            continue
        today = getattr(module, name)
        gone = _arguments(before) - _arguments(today)
        if today is not before and gone and inspect.isfunction(today):
            replace(undo, module, name, _either(today, before, gone))


def _arguments(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters) if inspect.isfunction(function) else set()


def _either(today: Callable[..., Any], before: Callable[..., Any], gone: set[str]) -> Callable[..., Any]:
    @functools.wraps(today)
    def function(*args: Any, **kwargs: Any) -> Any:
        return (today if gone.isdisjoint(kwargs) else before)(*args, **kwargs)

    return function
