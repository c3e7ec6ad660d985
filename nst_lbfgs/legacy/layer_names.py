"""The names that Keras 1 and 2 gave to layers, by which scripts ask for them.

Keras counted from 1 ('conv2d_1', 'input_1', 'model_1'), TensorFlow's copy of it from nothing ('conv2d',
'conv2d_1'). ResNet50's layers had other names than today's ('res5c_branch2c').
"""

from __future__ import annotations

import ast
import collections
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from .settings import SETTINGS

_COUNTS = 'legacy_layer_names'  # among what K.clear_session() forgets
_PREFIXES = {'Functional': 'model', 'InputLayer': 'input'}
_FROM_1 = ('input',)  # in TensorFlow's copy too
_state = keras.src.backend.common.global_state
_RESNET = {
    'conv1_conv': 'conv1',
    'conv1_bn': 'bn_conv1',
    'conv1_relu': 'activation',
    'pool1_pool': 'max_pooling2d',
    'predictions': 'fc1000',
}
_RESNET_BLOCK = re.compile(r'conv(\d)_block(\d)_(add|out|\d_(?:conv|bn|relu))$')
_RESNET_OLD = re.compile(r'((res|bn)\d[a-f]_branch\d[a-c]?|bn_conv1|fc1000)$')


def with_old_names(initialise: Callable[..., None]) -> Callable[..., None]:
    """Let a layer that is given no name have the one that old Keras would have given it."""

    @functools.wraps(initialise)
    def wrapped(self: Any, *args: Any, name: str | None = None, **kwargs: Any) -> None:
        if name is None and SETTINGS.layers_count_from is not None:
            kind = type(self).__name__
            name = numbered(_PREFIXES.get(kind) or keras.src.utils.naming.to_snake_case(kind))
        initialise(self, *args, name=name, **kwargs)

    wrapped.__signature__ = inspect.signature(initialise)  # type: ignore[attr-defined]
    return wrapped


def asks_for_old_resnet50(trees: list[ast.Module]) -> bool:
    """Return whether a script has a name in it that only old Keras gave to a layer of ResNet50."""
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return any(isinstance(node.value, str) and _RESNET_OLD.match(node.value) for node in nodes)


@contextmanager
def counted_from(number: int) -> Iterator[None]:
    """Within this context layers have old names, counted from a number; none has been named before."""
    _state.set_global_attribute(_COUNTS, None)
    SETTINGS.layers_count_from = number
    try:
        yield
    finally:
        SETTINGS.layers_count_from = None


def numbered(prefix: str) -> str:
    """Return a prefix with the next number."""
    counts = _state.get_global_attribute(_COUNTS, collections.Counter(), set_to_default=True)
    number = counts[prefix] + (1 if prefix in _FROM_1 else SETTINGS.layers_count_from or 0)
    counts[prefix] += 1
    return f'{prefix}_{number}' if number else prefix


def found_by_old_name(get_layer: Callable[..., Any]) -> Callable[..., Any]:
    """Find a layer also by the name that Keras 1 would have given it: 'maxpooling2d_1'."""

    @functools.wraps(get_layer)
    def wrapped(self: Any, name: str | None = None, index: int | None = None) -> Any:
        if name is not None and index is None and all(layer.name != name for layer in self.layers):
            same = [layer.name for layer in self.layers if _as_in_keras_1(layer.name) == name]
            name = same[0] if same else name
        return get_layer(self, name, index)

    return wrapped


def _as_in_keras_1(name: str) -> str:
    stem, _, number = name.rpartition('_')
    return f'{stem.replace("_", "").replace("conv2d", "convolution2d")}_{number}'


def rename_resnet50(model: Any) -> None:
    """Give the layers of a ResNet50 the names that Keras's own had."""
    for layer, name in _resnet_names(model):
        layer.name = numbered(name) if name in ('activation', 'add', 'max_pooling2d') else name


def _resnet_names(model: Any) -> Iterator[tuple[Any, str]]:
    for layer in model.layers:
        match = _RESNET_BLOCK.match(layer.name)
        if layer.name in _RESNET:
            yield layer, _RESNET[layer.name]
        elif match:
            yield layer, _resnet_name(int(match[1]), int(match[2]), match[3])


def _resnet_name(stage: int, block: int, part: str) -> str:
    number, _, kind = part.partition('_')
    if part in ('add', 'out') or kind == 'relu':
        return 'add' if part == 'add' else 'activation'
    branch = '1' if number == '0' else f'2{"abc"[int(number) - 1]}'
    return f'{"res" if kind == "conv" else "bn"}{stage}{"abcdef"[block - 1]}_branch{branch}'
