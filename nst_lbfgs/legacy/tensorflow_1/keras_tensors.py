"""Keras's symbolic tensors as tensors of TensorFlow's own graph."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import keras
import tensorflow as tf
from tensorflow.python.framework import ops

from ..lowering import Lowering, Rows, Value, evaluate, in_full
from ..settings import SETTINGS
from ..tensors import GraphTensor, Tensor, is_input, is_learning_phase, is_symbolic, map_leaves, source_of
from .behaviour import version_2_comparisons
from .keras_variables import graph_variable

_v1 = tf.compat.v1
# For each graph: what stands for which symbolic tensor, which is kept, so that its id stays its own.
_known: WeakKeyDictionary[Any, dict[int, tuple[Tensor, Any]]] = WeakKeyDictionary()
_lowering: list[bool] = []


def is_lowering() -> bool:
    """Return whether a layer is called now in order to become operations of the graph."""
    return bool(_lowering)


def in_the_graph(structure: Any) -> Any:
    """Return nested lists, tuples and dicts with the default graph's tensors for symbolic ones."""
    return map_leaves(lambda leaf: graph_tensor(leaf) if is_symbolic(leaf) else leaf, structure)


def graph_tensor(symbolic: Tensor) -> Any:
    """Return the default graph's tensor that computes a symbolic one; the same each time.

    Layers become operations; an input of Keras becomes a placeholder, or what it stands for.
    """
    known = _known.setdefault(ops.get_default_graph(), {})
    if id(symbolic) not in known:
        with _lowered_here():
            _lower(symbolic, known)
    return known[id(symbolic)][1]


def _lower(symbolic: Tensor, known: dict[int, tuple[Tensor, Any]]) -> None:
    slots = {key: Value(lambda _: None, (), True) for key in known}
    environment = {slots[key]: tensor for key, (_, tensor) in known.items()}
    lowering = _GraphLowering(
        [(known[key][0], slot) for key, slot in slots.items()],
        [symbolic],
        training=bool(SETTINGS.learning_phase),
        precision=SETTINGS.precision,
    )
    evaluate([lowering.value_of(symbolic)], environment)
    for tensor, value in lowering.values():
        if value in environment:
            known[id(tensor)] = tensor, in_full(environment[value])


class _GraphLowering(Lowering):
    """Lowering without rows: scripts ask for gradients at any tensor, so each stays whole."""

    def values(self) -> Iterator[tuple[Tensor, Value]]:
        """Yield every tensor on the way to the output and its value."""
        for tensor in self._tensors:
            yield tensor, self.value_of(tensor)

    def _in_rows(self, operation: Any, node: Any, tensor: Tensor) -> Value | Rows | None:
        return None

    def _lower(self, tensor: Tensor) -> Value | Rows:
        if isinstance(tensor, GraphTensor):
            return Value(lambda _: tf.convert_to_tensor(tensor.tensor), (), True)
        if is_input(tensor) and source_of(tensor) is None:
            return Value(lambda _: _placeholder(tensor), (), True)
        return super()._lower(tensor)


def _placeholder(tensor: Tensor) -> Any:
    if is_learning_phase(tensor):
        return _v1.placeholder_with_default(int(bool(SETTINGS.learning_phase)), ())
    return _v1.placeholder(tensor.dtype, tensor.shape)


@contextmanager
def _lowered_here() -> Iterator[None]:
    """Within this context layers compute in the graph, with the graph's variables for their weights."""
    _lowering.append(True)
    try:
        with version_2_comparisons(), _GraphWeights():
            yield
    finally:
        _lowering.pop()


class _GraphWeights(keras.StatelessScope):  # type: ignore[misc]
    """Gives a layer that asks for a weight's value the graph's variable."""

    def get_current_value(self, variable: Any) -> Any:
        """Return the tensor that reads the graph's variable."""
        return graph_variable(variable).value()
