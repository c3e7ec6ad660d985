"""A graph's variables that hold the same values as variables of Keras.

Keras 3 keeps its variables outside every graph, where a session cannot read them. So each that a graph
needs has a variable of the graph beside it. Before a session runs, what Keras has set is loaded into
the graph's; before Keras computes, what the session has trained is stored back. An initializer of the
graph gives Keras's values, pretrained ones too, where TensorFlow 1 drew new random ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import keras
import tensorflow as tf
from tensorflow.python.client.session import BaseSession
from tensorflow.python.eager import context
from tensorflow.python.framework import ops

from ...errors import LegacyError
from ..compiled import are_unchanged
from ..tensors import GraphTensor, Variable, source_of
from .behaviour import outside_count

_v1 = tf.compat.v1


@dataclass
class _Pair:
    """A variable of Keras and the graph's; `seen` is Keras's value, by session, when they were last equal."""

    of_keras: Any
    of_graph: Any
    seen: WeakKeyDictionary[Any, Any] = field(default_factory=WeakKeyDictionary)


_pairs: WeakKeyDictionary[Any, dict[int, _Pair]] = WeakKeyDictionary()
_looked_at: WeakKeyDictionary[Any, tuple[int, int]] = WeakKeyDictionary()
_trained_in: list[Any] = []


def graph_variable(of_keras: Any) -> Any:
    """Return the default graph's variable for one of Keras."""
    pairs = _pairs.setdefault(ops.get_default_graph(), {})
    if id(of_keras) not in pairs:
        pairs[id(of_keras)] = _Pair(of_keras, _beside(of_keras))
    return pairs[id(of_keras)].of_graph


def as_graph_variable(variable: Any) -> Any:
    """Return the graph's variable for one of the graph, of a layer, or of `K.variable`.

    Raises LegacyError for what is no variable.
    """
    if isinstance(variable, tf.Variable):
        return variable
    if isinstance(variable, keras.Variable):
        return graph_variable(variable)
    if isinstance(variable, Variable):
        return graph_variable(variable.storage)
    if isinstance(variable, GraphTensor):
        return as_graph_variable(variable.tensor)
    if source_of(variable) is not None:
        return as_graph_variable(source_of(variable))
    raise LegacyError(f'Expected variables to optimise. Received: {variable!r}')


def _beside(of_keras: Any) -> Any:
    """Return a new variable of the graph; it is made where no step of a loop is being built."""
    with tf.init_scope(), tf.device(None):
        value = tf.numpy_function(lambda: _value(of_keras).numpy(), [], of_keras.dtype)
        value.set_shape(of_keras.shape)
        name = of_keras.path.replace(' ', '_')
        return _v1.Variable(value, trainable=of_keras.trainable, name=name, use_resource=False)


def _value(of_keras: Any) -> Any:
    """Return the value of a variable of Keras as a tensor outside every graph."""
    with context.eager_mode():
        return of_keras.value.read_value()


def load_into(session: Any) -> None:
    """Give the variables of a session's graph what Keras has set since."""
    pairs = _pairs.get(session.graph)
    if not pairs or _looked_at.get(session) == (outside_count(), len(pairs)):
        return
    for pair in pairs.values():
        value = _value(pair.of_keras)
        if session not in pair.seen or not are_unchanged([value], [pair.seen[session]]):
            BaseSession.run(session, pair.of_graph.initializer)
            pair.seen[session] = value
    _looked_at[session] = outside_count(), len(pairs)


def note_training(session: Any) -> None:
    """Remember a session that has run, if its graph changes variables of Keras."""
    pairs = _pairs.get(session.graph, {})
    if any(_is_written(pair.of_graph) for pair in pairs.values()):
        _trained_in[:] = [session]


def store_from_session() -> None:
    """Give Keras's variables what the last session has trained, unless Keras has set them since."""
    for session in _trained_in[:]:
        _trained_in.clear()
        trained = [pair for pair in _pairs[session.graph].values() if _is_written(pair.of_graph)]
        for pair in trained:
            if session in pair.seen and are_unchanged([_value(pair.of_keras)], [pair.seen[session]]):
                with context.eager_mode():
                    pair.of_keras.value.assign(BaseSession.run(session, pair.of_graph))
                pair.seen[session] = _value(pair.of_keras)


def _is_written(variable: Any) -> bool:
    """Return whether an operation other than its initializer changes a variable of the graph."""
    return any(
        operation is not variable.initializer
        for operation in variable.op.outputs[0].consumers()
        if operation.type.startswith(('Assign', 'Apply', 'Scatter'))
    )
