"""Keras beside a graph: what is computed outside it, and what meets it.

Keras 3 computes at once, so while a script's default is a graph, models are built, loaded, trained and
asked to predict outside it. A layer that is called on a tensor of the graph gives one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import keras
import tensorflow as tf

from .. import backend, tensors
from ..functions import Function
from ..patches.tensors import TensorFlowFunctions
from ..replacements import replace
from ..tensors import GraphTensor, ancestry, bind, is_symbolic, map_leaves
from . import session
from .behaviour import in_graph, outside_the_graph
from .keras_tensors import graph_tensor, in_the_graph, is_lowering
from .keras_variables import as_graph_variable, graph_variable, store_from_session

_v1 = tf.compat.v1
_MODEL = keras.Model  # taken here: within a run the public name is ours
_COMPUTING = (
    'compile', 'evaluate', 'fit', 'load_weights', 'predict', 'predict_on_batch', 'save', 'save_weights',
    'test_on_batch', 'train_on_batch',
)  # fmt: skip
_READING = ('get_weights', 'set_weights')
_OPERATORS = tuple(
    f'__{side}{name}__'
    for side in ('', 'r')
    for name in ('add', 'sub', 'mul', 'truediv', 'pow', 'floordiv', 'mod', 'matmul')
) + ('__lt__', '__le__', '__gt__', '__ge__')  # fmt: skip


def keep_outside(undo: ExitStack) -> None:
    """Let Keras compute outside the graph, and its tensors and variables enter it; `undo` ends this."""
    for owner, names in ((_MODEL, _COMPUTING), (keras.layers.Layer, _READING)):
        for name in names:
            replace(undo, owner, name, _after_the_session(getattr(owner, name)))
    replace(undo, keras.layers.Layer, '__call__', _on_tensors_of_either_kind(keras.layers.Layer.__call__))
    replace(undo, keras.Operation, 'symbolic_call', _outside(keras.Operation.symbolic_call))
    for name in ('__init__', 'assign', '__array__', 'numpy'):
        replace(undo, keras.Variable, name, _outside(getattr(keras.Variable, name)))
    _let_tensors_enter(undo)
    _replace_backend(undo)


def _outside(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if is_lowering() or not in_graph():
            return function(*args, **kwargs)
        with outside_the_graph():
            return function(*args, **kwargs)

    return wrapped


def _after_the_session(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compute outside the graph, with what the session has trained."""
    computed = _outside(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if in_graph() and not is_lowering():
            store_from_session()
        return computed(*args, **kwargs)

    return wrapped


def _on_tensors_of_either_kind(call: Callable[..., Any]) -> Callable[..., Any]:
    """Call a layer outside the graph; on tensors of the graph, for a tensor of the graph."""

    @functools.wraps(call)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if is_lowering() or not in_graph():
            return call(self, *args, **kwargs)
        meets_graph = any(_is_of_graph(leaf) for leaf in tf.nest.flatten((args, kwargs)))
        args, kwargs = map_leaves(
            lambda leaf: bind(None, leaf) if _is_of_graph(leaf) else leaf, (args, kwargs)
        )
        with outside_the_graph():
            result = call(self, *args, **kwargs)
        return in_the_graph(result) if meets_graph else result

    return wrapped


def _is_of_graph(value: Any) -> bool:
    return not is_symbolic(value) and tf.is_tensor(value) and hasattr(value, 'graph')


# --- tensors and variables that enter the graph


def _let_tensors_enter(undo: ExitStack) -> None:
    kind = keras.KerasTensor
    replace(undo, kind, '__tf_tensor__', _converted)
    replace(undo, kind, '_as_graph_element', graph_tensor)
    replace(
        undo,
        kind,
        'eval',
        lambda self, feed_dict=None, session=None: graph_tensor(self).eval(feed_dict, session),
    )
    for name in ('op', 'graph'):
        replace(undo, kind, name, property(_of_graph_tensor(name)))
    for name in _OPERATORS:
        if hasattr(kind, name):
            replace(undo, kind, name, _with_tensor_of_graph(name, getattr(kind, name)))
    replace(undo, TensorFlowFunctions, 'handle', lambda self, *_: self.NOT_SUPPORTED)
    replace(undo, tensors, '_concrete', in_the_graph)
    replace(undo, keras.Variable, '__tf_tensor__', _converted_variable)
    optimizer = _v1.train.Optimizer
    replace(undo, optimizer, 'compute_gradients', _on_graph_variables(optimizer.compute_gradients))


def _of_graph_tensor(name: str) -> Callable[[Any], Any]:
    return lambda self: getattr(graph_tensor(self), name)


def _converted(self: Any, dtype: Any = None, name: str | None = None) -> Any:
    if not in_graph():
        raise ValueError('Expected a tensor with a value. Received: a tensor of Keras, outside the graph')
    return tf.convert_to_tensor(graph_tensor(self), dtype, name=name)


def _converted_variable(self: Any, dtype: Any = None, name: str | None = None) -> Any:
    value = graph_variable(self).value() if in_graph() and not is_lowering() else self.value
    return tf.convert_to_tensor(value, dtype, name=name)


def _with_tensor_of_graph(name: str, symbolic: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def operator(self: Any, other: Any) -> Any:
        if _is_of_graph(other) and in_graph():
            return getattr(graph_tensor(self), name)(other)
        return symbolic(self, other)

    return operator


def _on_graph_variables(compute_gradients: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(compute_gradients)
    def wrapped(self: Any, loss: Any, var_list: Any = None, *args: Any, **kwargs: Any) -> Any:
        if var_list is not None:
            given = var_list if isinstance(var_list, (list, tuple)) else [var_list]
            var_list = [as_graph_variable(variable) for variable in given]
        return compute_gradients(self, in_the_graph(loss), var_list, *args, **kwargs)

    return wrapped


# --- keras.backend


def _replace_backend(undo: ExitStack) -> None:
    names = {
        'eval': _evaluated(backend.eval),
        'function': GraphFunction,
        'get_session': session.get_session,
        'get_value': _evaluated(backend.get_value),
        'gradients': gradients,
        'set_session': session.set_session,
        'set_value': _set(backend.set_value),
    }
    for name, value in names.items():
        replace(undo, backend, name, value)


def gradients(loss: Any, variables: Any) -> list[Any]:
    """Return the gradients of a loss (`K.gradients`): always a list, None for no dependence."""
    wanted = variables if isinstance(variables, (list, tuple)) else [variables]
    found: list[Any] = _v1.gradients(in_the_graph(loss), in_the_graph(list(wanted)))
    return found


class GraphFunction(Function):
    """`K.function`, run by the session where its tensors are the graph's."""

    def __call__(self, inputs: Any = ()) -> Any:
        """Return the outputs as NumPy arrays."""
        given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if not any(_meets_graph(tensor) for tensor in [*self.inputs, *self.outputs]):
            store_from_session()
            return _outside(super().__call__)(inputs)
        feeds = dict(zip(in_the_graph(self.inputs), given))
        results = session.get_session().run(self.outputs, feeds)
        return results[0] if self._single else results


def _meets_graph(tensor: Any) -> bool:
    if not is_symbolic(tensor):
        return bool(tf.is_tensor(tensor))
    return any(isinstance(parent, GraphTensor) for parent in ancestry([tensor], lambda _: False))


def _evaluated(outside: Callable[..., Any]) -> Callable[[Any], Any]:
    def value(x: Any) -> Any:
        if _meets_graph(x):
            return session.get_session().run(x)
        store_from_session()
        return _outside(outside)(x)

    return value


def _set(outside: Callable[..., Any]) -> Callable[[Any, Any], None]:
    def set_value(x: Any, value: Any) -> None:
        if _is_of_graph(x):
            x.load(value, session.get_session())
        else:
            _outside(outside)(x, value)

    return set_value
