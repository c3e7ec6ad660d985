"""Keras 1's names of layers' arguments, and what Keras 3 calls them."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import LegacyError
from .backend.state import data_format_named

_RENAMED = {
    'nb_filter': 'filters',
    'border_mode': 'padding',
    'subsample': 'strides',
    'init': 'kernel_initializer',
    'bias': 'use_bias',
    'output_dim': 'units',
    'W_regularizer': 'kernel_regularizer',
    'b_regularizer': 'bias_regularizer',
    'W_constraint': 'kernel_constraint',
    'b_constraint': 'bias_constraint',
    'atrous_rate': 'dilation_rate',
    'gamma_init': 'gamma_initializer',
    'beta_init': 'beta_initializer',
}
_RENAMED_IN = {
    'Dropout': {'p': 'rate'},
    'SpatialDropout2D': {'p': 'rate'},
    'GaussianDropout': {'p': 'rate'},
    'GaussianNoise': {'sigma': 'stddev'},
    'LeakyReLU': {'alpha': 'negative_slope'},
    'Embedding': {'output_dim': 'output_dim'},
    'Optimizer': {'lr': 'learning_rate'},
}
_INITIALIZERS = {'normal': 'random_normal', 'uniform': 'random_uniform', 'one': 'ones', 'zero': 'zeros'}
_DROPPED = {'BatchNormalization': ('mode',), 'Optimizer': ('decay',)}
_DEFAULTS: dict[str, dict[str, Any]] = {  # of the first argument, where Keras 3 has another or none
    'AveragePooling1D': {'pool_size': 2},
    'AveragePooling2D': {'pool_size': (2, 2)},
    'AveragePooling3D': {'pool_size': (2, 2, 2)},
    'Adadelta': {'learning_rate': 1.0},
    'Adagrad': {'learning_rate': 0.01},
    'Adamax': {'learning_rate': 0.002},
    'Nadam': {'learning_rate': 0.002},
}
_CONVOLUTIONS = ('Conv2D', 'SeparableConv2D', 'Conv2DTranspose')
_AFTER_KERNEL = ('init', 'activation', 'weights', 'border_mode', 'subsample', 'dim_ordering')


def translate(
    kind: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    family: str,
) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]:
    """Return a layer's arguments as Keras 3 has them, and what is to be set on it ourselves.

    kind: the class's name; family: that by which its arguments were renamed. Arguments of Keras 2
    and 3 come back as they are.
    """
    ours: dict[str, Any] = {}
    if kind in _CONVOLUTIONS:
        args, kwargs = _kernel_size(args, dict(kwargs))
    renamed = {**_RENAMED, **_RENAMED_IN.get(family, {})}
    found: dict[str, Any] = {}
    for name, value in kwargs.items():
        if name in _DROPPED.get(family, ()):
            continue
        if name in ('batch_input_shape', 'batch_shape') and kind != 'InputLayer':
            ours['_legacy_batch_shape'] = tuple(value)
        elif name == 'dim_ordering':
            found['data_format'] = data_format_named(None if value == 'default' else value)
        elif name == 'weights' and value is not None and kind != 'Embedding':
            ours['_legacy_initial_weights'] = value
        elif name != 'weights' or kind == 'Embedding':
            found[renamed.get(name, name)] = value
    if not args:
        found = {**_DEFAULTS.get(kind, {}), **found}
    initializer = found.get('kernel_initializer')
    if isinstance(initializer, str):
        found['kernel_initializer'] = _INITIALIZERS.get(initializer, initializer)
    return args, found, ours


def _kernel_size(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Read Convolution2D(64, 3, 3, ...) as 64 filters of 3 x 3, unless Keras itself calls."""
    if 'nb_row' in kwargs or 'nb_col' in kwargs:
        rows = kwargs.pop('nb_row', None)
        columns = kwargs.pop('nb_col', None)
        if rows is None and len(args) > 1:
            rows, args = args[1], args[:1] + args[2:]
        if rows is None or columns is None:
            raise LegacyError('Expected both nb_row and nb_col. Received: only one of them')
        kwargs['kernel_size'] = (rows, columns)
    elif len(args) >= 3 and all(type(a) is int for a in args[1:3]) and not _called_by_keras():
        kwargs['kernel_size'] = args[1:3]
        kwargs.update(zip(_AFTER_KERNEL, args[3:]))
        args = args[:1]
    return args, kwargs


def _called_by_keras() -> bool:
    caller = sys._getframe(4).f_globals.get('__name__', '')
    return str(caller).startswith('keras.src')
