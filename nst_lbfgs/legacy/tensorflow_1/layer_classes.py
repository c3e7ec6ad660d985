"""`tf.layers.Conv2D` and its like: a layer's arguments first, called on a tensor afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from . import layers

_v1 = tf.compat.v1
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    'AveragePooling2D': layers.average_pooling2d,
    'BatchNormalization': layers.batch_normalization,
    'Conv2D': layers.conv2d,
    'Conv2DTranspose': layers.conv2d_transpose,
    'Dense': layers.dense,
    'Dropout': layers.dropout,
    'Flatten': layers.flatten,
    'MaxPooling2D': layers.max_pooling2d,
}
_WITH_PHASE = ('BatchNormalization', 'Dropout')
_WITH_VARIABLES = ('BatchNormalization', 'Conv2D', 'Conv2DTranspose', 'Dense')


class _Layer:
    """A function of `tf.layers` with its arguments; called again, it shares its variables."""

    _kind = ''

    def __init__(self, *args: Any, name: str | None = None, **kwargs: Any) -> None:
        self._args, self._kwargs = args, kwargs
        self._function = _FUNCTIONS[self._kind]
        self._scope: Any = name
        self.name = name

    def __call__(self, inputs: Any, training: Any = False) -> Any:
        kwargs = dict(self._kwargs)
        if self._kind in _WITH_PHASE:
            kwargs['training'] = training
        if self._kind not in _WITH_VARIABLES:
            return self._function(inputs, *self._args, name=self.name, **kwargs)
        reuse = isinstance(self._scope, _v1.VariableScope)
        with _v1.variable_scope(self._scope, self._function.__name__, reuse=reuse or None) as scope:
            self._scope = scope
            return self._function(inputs, *self._args, name=scope, **kwargs)

    apply = __call__

    @property
    def trainable_variables(self) -> list[Any]:
        """The variables that it has made, of those that are trained."""
        if not isinstance(self._scope, _v1.VariableScope):
            return []
        return list(_v1.get_collection(_v1.GraphKeys.TRAINABLE_VARIABLES, f'{self._scope.name}/'))

    trainable_weights = trainable_variables


CLASSES: dict[str, type[_Layer]] = {
    name: type(name, (_Layer,), {'_kind': name, '__doc__': _FUNCTIONS[name].__doc__}) for name in _FUNCTIONS
}
