"""`K.function` and `K.gradients`: a script's graph compiled with TensorFlow and run."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from ..errors import LegacyError
from .lowering import Lowering, Value, evaluate, in_full
from .settings import SETTINGS
from .tensors import (
    Gradients,
    Tensor,
    Variable,
    ancestry,
    as_symbolic,
    is_learning_phase,
    is_symbolic,
    operation_of,
    source_of,
)

# Operations with state that read it and nothing more; anything else may differ every time.
_READING = frozenset(('ReadVariableOp', 'VarHandleOp', 'Placeholder'))


def gradients(loss: Tensor, variables: Any) -> list[Any]:
    """Return the gradients of `loss` (its sum, if no scalar) as a list of symbolic tensors.

    As `K.gradients`: always a list, whether `variables` is a tensor or a list; None for what
    the loss does not depend on. The tensors can be computed with further.
    """
    wanted = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    wanted = [as_symbolic(variable) for variable in wanted]
    loss = as_symbolic(sum(loss[1:], loss[0]) if isinstance(loss, (list, tuple)) else loss)
    reached = _dependencies(loss)
    known = [variable for variable in wanted if id(variable) in reached]
    found = iter(Gradients().symbolic_call(loss, known) if known else [])
    return [next(found) if id(variable) in reached else None for variable in wanted]


def _dependencies(loss: Tensor) -> set[int]:
    """Return the ids of the tensors that a loss is computed from, weights of layers too."""
    reached = set()
    for tensor in ancestry([loss], lambda _: False):
        reached.add(id(tensor))
        operation = operation_of(tensor)
        for weight in getattr(operation, 'variables', ()):
            reached.add(id(as_symbolic(weight)))
    return reached


class Function:
    """`K.function(inputs, outputs, updates)`: a callable from arrays to a list of arrays.

    inputs: placeholders, or any other tensors that are to be given values; K.learning_phase().
    outputs: one tensor or a list; None entries give None.
    updates: (variable, new value) pairs and what `Optimizer.get_updates` returned, carried out
    after the outputs are computed.

    As the original, with one deviation: what depends on no input is computed at the first call
    and again only when a variable behind it has changed.
    """

    def __init__(
        self, inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **_ignored: Any
    ) -> None:
        self.name = name
        self.inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        for tensor in self.inputs:
            if not is_symbolic(tensor) and not isinstance(tensor, int):
                raise TypeError(f'Expected tensors as inputs of K.function. Received: {tensor!r}')
        self._single = not isinstance(outputs, (list, tuple))
        self.outputs = [outputs] if self._single else list(outputs)
        self.updates = list(updates or [])
        self._compiled: dict[bool, _Compiled] = {}

    def __call__(self, inputs: Any = ()) -> Any:
        """Return the outputs as NumPy arrays, scalars as NumPy scalars."""
        arrays = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(arrays) != len(self.inputs):
            raise ValueError(f'Expected {len(self.inputs)} input arrays. Received: {len(arrays)}')
        fed = [(tensor, array) for tensor, array in zip(self.inputs, arrays) if is_symbolic(tensor)]
        training = _training([(t, a) for t, a in fed if is_learning_phase(t)])
        if training not in self._compiled:
            self._compiled[training] = self._compile([t for t, _ in fed], training)
        results = iter(self._compiled[training]([a for _, a in fed]))
        found = [None if output is None else next(results) for output in self.outputs]
        return found[0] if self._single else found

    def _compile(self, inputs: list[Tensor], training: bool) -> _Compiled:
        outputs = [as_symbolic(output) for output in self.outputs if output is not None]
        return _Compiled(inputs, outputs, self.updates, training)


def _training(phases: list[tuple[Tensor, Any]]) -> bool:
    for _, value in phases:
        return bool(np.asarray(value))
    return bool(SETTINGS.learning_phase)


class _Compiled:
    """One TensorFlow function for one learning phase."""

    def __init__(
        self, inputs: list[Tensor], outputs: list[Tensor], updates: list[Any], training: bool
    ) -> None:
        self._specs = [_spec(tensor) for tensor in inputs]
        self._slots = [Value(lambda _: None, (), True) for _ in inputs]
        steps = [as_step(update) for update in updates]
        needed = outputs + [tensor for step in steps for tensor in step.needs]
        lowering = Lowering(
            list(zip(inputs, self._slots)), needed, training=training, precision=SETTINGS.precision
        )
        self._outputs = [lowering.value_of(tensor) for tensor in outputs]
        self._steps = [(step, [lowering.value_of(t) for t in step.needs]) for step in steps]
        wanted = self._outputs + [value for _, values in self._steps for value in values]
        self._constants = _Constants(_frontier(wanted))
        constant_specs = [tf.TensorSpec(c.shape, c.dtype) for c in self._constants.current()]
        for step in steps:
            step.prepare()
        self._function = tf.function(self._evaluate, autograph=False).get_concrete_function(
            self._specs, constant_specs
        )

    def __call__(self, arrays: list[Any]) -> list[Any]:
        fed = [_fed(array, spec) for array, spec in zip(arrays, self._specs)]
        results = self._function(*fed, *self._constants.current())
        return [result.numpy() for result in results]

    def _evaluate(self, fed: list[Any], constants: list[Any]) -> list[Any]:
        environment = dict(zip(self._slots, fed))
        environment.update(zip(self._constants.values, constants))
        results = [tf.identity(in_full(r)) for r in evaluate(self._outputs, environment)]
        for step, values in self._steps:
            new = [in_full(result) for result in evaluate(values, environment)]
            with tf.control_dependencies(results):
                step.carry_out([tf.identity(tensor) for tensor in new])
        return results


def _spec(tensor: Tensor) -> Any:
    """Return what a fed tensor must be like: a placeholder's shape is binding, but a network
    built on a batch may be fed another number of pictures, as Theano allowed."""
    shape = tensor.shape if source_of(tensor) is None else (None, *tensor.shape[1:])
    return tf.TensorSpec(shape, tensor.dtype)


def _fed(array: Any, spec: Any) -> Any:
    tensor = tf.convert_to_tensor(np.asarray(array, spec.dtype.as_numpy_dtype))
    if not spec.shape.is_compatible_with(tensor.shape):
        raise ValueError(f'Expected a value of shape {tuple(spec.shape)}. Received: {tuple(tensor.shape)}')
    return tensor


def _frontier(wanted: Sequence[Value]) -> list[Value]:
    """Return the constant values that live ones, or the outputs, read directly."""
    frontier: dict[Value, None] = {}
    seen: set[Value] = set()
    stack = list(wanted)
    while stack:
        value = stack.pop()
        if value in seen:
            continue
        seen.add(value)
        if value.live:
            stack.extend(value.inputs)
        else:
            frontier[value] = None
    return list(frontier)


class _Constants:
    """What depends on no input: computed once, and again when a variable has changed.

    If computing it involves anything random, or any other state than variables, there are no
    constants: everything is computed with every call.
    """

    def __init__(self, values: list[Value]) -> None:
        self.values = values
        self._results: list[Any] = []
        self._seen: list[Any] = []
        self._function = tf.function(self._evaluate, autograph=False).get_concrete_function()
        if not values or not _is_repeatable(self._function.graph):
            self.values = []

    def current(self) -> list[Any]:
        """Return the constants' tensors, up to date."""
        if not self.values:
            return []
        variables = [variable.read_value() for variable in self._function.variables]
        if not self._results or not same_buffers(variables, self._seen):
            self._results = list(self._function())
            self._seen = variables
        return self._results

    def _evaluate(self) -> list[Any]:
        return [tf.identity(_dense(result)) for result in evaluate(self.values, {})]


def _dense(result: Any) -> Any:
    return result if tf.is_tensor(result) else tf.convert_to_tensor(result)


def _is_repeatable(graph: Any) -> bool:
    return all(
        not operation.op_def.is_stateful or operation.type in _READING for operation in graph.get_operations()
    )


def same_buffers(now: list[Any], before: list[Any]) -> bool:
    """Return whether variables still hold the very memory that they held before.

    Reading a variable shares its memory, and TensorFlow never writes to memory that is shared,
    so while `before` is kept, equal addresses prove equal values.
    """
    return all(_address(a) == _address(b) for a, b in zip(now, before))


def _address(tensor: Any) -> int | None:
    capsule = tf.experimental.dlpack.to_dlpack(tensor)
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    managed = get_pointer(capsule, b'dltensor')
    address: int | None = ctypes.cast(managed, ctypes.POINTER(ctypes.c_void_p))[0]
    return address


class Assignment:
    """An update `variable <- value`."""

    def __init__(self, variable: Any, value: Tensor) -> None:
        self.variable = as_symbolic(variable)
        if not isinstance(self.variable, Variable):
            raise LegacyError(f'Expected a K.variable to update. Received: {variable!r}')
        self.needs = [as_symbolic(value)]

    def prepare(self) -> None:
        """Nothing has to exist beforehand."""

    def carry_out(self, values: list[Any]) -> None:
        """Assign, inside the function being traced."""
        self.variable.storage.assign(tf.cast(values[0], self.variable.dtype))


class OptimizerStep:
    """One step of a Keras optimizer on `variables` down their gradients."""

    def __init__(self, optimizer: Any, loss: Tensor, variables: list[Any]) -> None:
        self.optimizer = optimizer
        self.variables = [as_symbolic(variable).storage for variable in variables]
        self.needs = gradients(loss, variables)
        if any(gradient is None for gradient in self.needs):
            raise LegacyError(
                'Expected a loss that depends on every parameter of get_updates. Received: one that does not'
            )

    def prepare(self) -> None:
        """Create the optimizer's own variables, which tracing may not."""
        if not self.optimizer.built:
            self.optimizer.build(self.variables)

    def carry_out(self, values: list[Any]) -> None:
        """Apply the gradients, inside the function being traced."""
        self.optimizer.apply(values, self.variables)


def as_step(update: Any) -> Any:
    """Return an update as it is carried out. Raises LegacyError for what is none."""
    if isinstance(update, (Assignment, OptimizerStep)):
        return update
    if isinstance(update, (list, tuple)) and len(update) == 2:
        return Assignment(*update)
    raise LegacyError(f'Expected (variable, value) pairs or K.update(...) in updates. Received: {update!r}')
