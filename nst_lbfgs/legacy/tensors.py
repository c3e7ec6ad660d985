"""Symbolic tensors: Keras 3's KerasTensor as what an old backend tensor was.

A KerasTensor remembers the operation that makes it, so a script's whole graph can be read back
from its outputs. Three kinds are added here: the result of any TensorFlow function
(`Expression`), and two tensors without history that hold a value (`Variable`, `Constant`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..errors import LegacyError

# Keras 3's own, taken here: within `importing.old_names` the public name is ours.
keras_input = keras.Input

Tensor = Any  # a KerasTensor, a TensorFlow tensor, or what converts to one


class Expression(keras.Operation):  # type: ignore[misc]
    """A function of TensorFlow tensors, applied to symbolic ones."""

    def __init__(self, function: Callable[..., Any], label: str) -> None:
        super().__init__()
        self.function = function
        self.label = label

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the function's value; Keras infers the symbolic shape by tracing this."""
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return the result's shape and type; an error is the function's own, in its words."""
        try:
            return super().compute_output_spec(*args, **kwargs)
        except Exception as error:
            text = str(error)
            raise type(error)(text.partition('Error encountered:\n\n')[2] or text) from None


class Slice(Expression):
    """`tensor[key]` with a key that holds no tensors."""

    def __init__(self, key: Any) -> None:
        super().__init__(lambda tensor: tensor[key], 'getitem')
        self.key = key


class Concatenation(Expression):
    """`K.concatenate(tensors, axis)`."""

    def __init__(self, axis: int) -> None:
        super().__init__(lambda tensors: tf.concat(tensors, axis), 'concatenate')
        self.axis = axis


class Gradients(keras.Operation):  # type: ignore[misc]
    """d(sum of a loss)/d(each variable): a step that `lowering` carries out itself."""

    def compute_output_spec(self, loss: Tensor, variables: list[Tensor]) -> list[Tensor]:
        """Return one tensor like each variable."""
        return [keras.KerasTensor(v.shape, v.dtype) for v in variables]


class Variable(keras.KerasTensor):  # type: ignore[misc]
    """`K.variable`: a symbolic tensor whose value can be read and set.

    As a KerasTensor it takes every operator on either side, and `+=` gives a new tensor, as it
    did in the old backend; the stored value stays as it was. `storage` is a keras.Variable.
    is_weight: whether it belongs to a layer, which reads it by itself.
    """

    is_weight = False

    def __init__(self, storage: Any, name: str | None = None) -> None:
        super().__init__(tuple(storage.shape), storage.dtype, name=name or storage.name)
        self.storage = storage

    def get_value(self) -> np.ndarray[Any, Any]:
        """Return the stored value."""
        return np.asarray(self.storage)

    def set_value(self, value: Any) -> None:
        """Store a new value of the same shape."""
        self.storage.assign(np.asarray(value))


class Constant(keras.KerasTensor):  # type: ignore[misc]
    """`K.constant`, or an array that a script mixes with symbolic tensors."""

    def __init__(self, value: np.ndarray[Any, Any], name: str | None = None) -> None:
        super().__init__(value.shape, str(value.dtype), name=name)
        self.value = value


class GraphTensor(keras.KerasTensor):  # type: ignore[misc]
    """A tensor or a variable of TensorFlow's own graph, for layers to be built on.

    `tensor` is it; its static shape and type are the symbolic ones.
    """

    def __init__(self, tensor: Any) -> None:
        super().__init__(tuple(tensor.get_shape().as_list()), tensor.dtype.base_dtype.name)
        self.tensor = tensor


def is_symbolic(value: object) -> bool:
    """Return whether a value is a symbolic tensor of Keras."""
    return isinstance(value, keras.KerasTensor)


def as_symbolic(value: Any, dtype: str | None = None) -> Tensor:
    """Return `value` (tensor, Keras variable, array, number) as a symbolic tensor.

    Python numbers and float64 arrays become float32 unless `dtype` says otherwise, as old
    backends made of them whatever `floatx` was.
    """
    if is_symbolic(value):
        return value
    if isinstance(value, keras.Variable):
        return _variable_of(value)
    if hasattr(value, 'graph'):
        return GraphTensor(value)
    if isinstance(value, tf.Variable):
        raise LegacyError(
            'Expected a K.variable or a layer weight. Received: a tf.Variable, '
            'which old graph functions cannot read here; use K.variable'
        )
    array = np.asarray(value)
    if dtype is None and array.dtype == np.float64:
        dtype = keras.config.floatx()
    return Constant(array.astype(dtype) if dtype else array)


def _variable_of(storage: Any) -> Variable:
    variable = getattr(storage, '_legacy_tensor', None)
    if variable is None:
        variable = Variable(storage)
        variable.is_weight = True
        storage._legacy_tensor = variable
    return variable


def leaf_value(tensor: Tensor) -> Tensor:
    """Return the TensorFlow value of a Variable or Constant, or of what is computed from such alone.

    Raises LegacyError for other symbolic tensors: these have a value only inside K.function.
    """
    if isinstance(tensor, Variable):
        return tf.convert_to_tensor(tensor.storage.value)
    if isinstance(tensor, Constant):
        return tf.constant(tensor.value)
    operation = operation_of(tensor)
    if isinstance(operation, keras.Operation) and not isinstance(operation, (Gradients, keras.layers.Layer)):
        given = node_of(tensor).arguments
        args, kwargs = map_leaves(_concrete, (given.args, given.kwargs))
        return tf.nest.flatten(operation.call(*args, **kwargs))[tensor._keras_history.tensor_index]
    raise LegacyError(
        f'Expected a tensor with a value. Received: {tensor!r}, which has one only inside K.function'
    )


def apply(function: Callable[..., Any], *args: Any, label: str | None = None, **kwargs: Any) -> Any:
    """Return `function(*args, **kwargs)` as a symbolic tensor.

    With TensorFlow tensors among the arguments (inside a Lambda layer, say) the function is
    computed at once instead.
    """
    leaves = tf.nest.flatten((args, kwargs))
    if any(tf.is_tensor(leaf) and not isinstance(leaf, tf.Variable) for leaf in leaves):
        args, kwargs = map_leaves(_concrete, (args, kwargs))
        return function(*args, **kwargs)
    args, kwargs = map_leaves(_lift, (args, kwargs))
    operation = (
        function
        if isinstance(function, Expression)
        else Expression(function, str(label or getattr(function, '__name__', 'expression')))
    )
    return operation.symbolic_call(*args, **kwargs)


def on_tensors(function: Callable[..., Any], *tensors: Any, label: str) -> Any:
    """Return `function(*tensors)` as `apply` does, arrays and numbers counting as tensors."""
    return apply(function, *map_leaves(_as_operand, list(tensors)), label=label)


def _as_operand(value: Any) -> Any:
    return value if tf.is_tensor(value) else as_symbolic(value)


def map_leaves(change: Callable[[Any], Any], structure: Any) -> Any:
    """Return nested lists, tuples and dicts with `change` applied to what they hold."""
    if isinstance(structure, dict):
        return {key: map_leaves(change, value) for key, value in structure.items()}
    if type(structure) in (list, tuple):
        return type(structure)(map_leaves(change, value) for value in structure)
    return change(structure)


def _concrete(value: Any) -> Any:
    return leaf_value(value) if is_symbolic(value) else value


def _lift(value: Any) -> Any:
    return as_symbolic(value) if isinstance(value, (keras.Variable, tf.Variable)) else value


def bind(name: str | None, tensor: Tensor, shape: Any = None) -> Tensor:
    """Return a Keras input that stands for `tensor`, so that models can be built on it.

    A model built on the result is an ordinary Keras 3 model; functions of its layers compute
    the input from `tensor` unless they are fed a value for it.
    """
    tensor = as_symbolic(tensor)
    batch_shape = tuple(shape) if shape is not None else tensor.shape
    known = tuple(t if t is not None else s for t, s in zip(tensor.shape, batch_shape))
    entry = keras_input(batch_shape=known, dtype=tensor.dtype, name=name)
    entry._legacy_source = tensor
    return entry


def source_of(tensor: Tensor) -> Tensor | None:
    """Return the tensor that a Keras input stands for, or None."""
    return getattr(tensor, '_legacy_source', None)


def root_of(tensor: Tensor) -> Tensor:
    """Return the tensor that an input stands for, and which is the same tensor to a script."""
    source = source_of(tensor)
    return tensor if source is None else root_of(source)


def operation_of(tensor: Tensor) -> Any:
    """Return the operation that makes a tensor, or None for one that holds a value."""
    history = getattr(tensor, '_keras_history', None)
    return history.operation if history is not None else None


def node_of(tensor: Tensor) -> Any:
    """Return the call that made a tensor: its operation, arguments and outputs."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def is_input(tensor: Tensor) -> bool:
    """Return whether a tensor is a placeholder: a Keras input, bound or not."""
    return isinstance(operation_of(tensor), keras.layers.InputLayer)


def is_learning_phase(tensor: Any) -> bool:
    """Return whether a tensor is the one that `K.learning_phase` gives."""
    return getattr(tensor, '_legacy_learning_phase', False)


def parents_of(tensor: Tensor) -> list[Tensor]:
    """Return the tensors that a tensor is directly computed from."""
    source = source_of(tensor)
    if source is not None:
        return [source]
    if operation_of(tensor) is None or is_input(tensor):
        return []
    return list(node_of(tensor).input_tensors)


def layer_ancestry(tensors: list[Tensor]) -> list[Tensor]:
    """Return `tensors` and all that they are computed from as far as their Keras inputs go."""
    return ancestry(tensors, lambda tensor: source_of(tensor) is not None)


def ancestry(tensors: list[Tensor], stop: Callable[[Tensor], bool]) -> list[Tensor]:
    """Return `tensors` and all that they are computed from, parents first.

    Does not look behind tensors for which `stop` is true. Iterative: a loss is easily summed
    from more terms than Python may recurse.
    """
    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(tensor, False) for tensor in reversed(tensors)]
    while stack:
        tensor, expanded = stack.pop()
        if expanded:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack.append((tensor, True))
            if not stop(tensor):
                stack.extend((parent, False) for parent in parents_of(tensor))
    return order
