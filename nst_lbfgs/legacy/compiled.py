"""A script's graph compiled with TensorFlow, and what of it is computed once."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from .lowering import Lowering, Value, evaluate, in_full
from .settings import SETTINGS
from .tensors import Tensor, Variable, root_of, source_of

# Operations with state that read it and nothing more; anything else may differ every time.
_READING = frozenset(('ReadVariableOp', 'VarHandleOp', 'Placeholder'))


class Compiled:
    """One TensorFlow function for one learning phase.

    inputs: the tensors that are fed. variables: those `K.variable`s whose values are handed in
    with each call, so that a function of others can be computed by the same trace.
    """

    def __init__(
        self,
        inputs: list[Tensor],
        variables: list[Variable],
        outputs: list[Tensor],
        steps: list[Any],
        training: bool,
    ) -> None:
        self._specs = [_spec(tensor) for tensor in inputs]
        self._slots = [Value(_given, (), True) for _ in inputs]
        self._held = [Value(_given, (), False) for _ in variables]
        needed = outputs + [tensor for step in steps for tensor in step.needs]
        feeds = [(root_of(tensor), slot) for tensor, slot in zip(inputs, self._slots)]
        feeds += zip(variables, self._held)
        lowering = self._graph = Lowering(feeds, needed, training=training, precision=SETTINGS.precision)
        self._outputs = [lowering.value_of(tensor) for tensor in outputs]
        self._steps = [(step, [lowering.value_of(t) for t in step.needs]) for step in steps]
        wanted = self._outputs + [value for _, values in self._steps for value in values]
        values = _values(variables)
        self._constants = _Constants(_frontier(wanted, self._held), self._held, values)
        constant_specs = [tf.TensorSpec(c.shape, c.dtype) for c in self._constants.current(values)]
        for step in steps:
            step.prepare()
        self._function = tf.function(self._evaluate, autograph=False).get_concrete_function(
            self._specs, _specs_of(values), constant_specs
        )

    def __call__(self, arrays: list[Any], variables: list[Variable]) -> list[Any]:
        """Return the outputs for fed arrays, each in its place, and for these variables' values."""
        fed = [_fed(array, spec) for array, spec in zip(arrays, self._specs)]
        values = _values(variables)
        results = self._function(*fed, *values, *self._constants.current(values))
        return [result.numpy() for result in results]

    def _evaluate(self, fed: list[Any], values: list[Any], constants: list[Any]) -> list[Any]:
        environment = dict(zip(self._slots, fed))
        environment.update(zip(self._held, values))
        environment.update(zip(self._constants.values, constants))
        results = [tf.identity(in_full(r)) for r in evaluate(self._outputs, environment)]
        for step, values in self._steps:
            new = [in_full(result) for result in evaluate(values, environment)]
            with tf.control_dependencies(results):
                step.carry_out([tf.identity(tensor) for tensor in new])
        return results


def _given(_environment: Any) -> None:
    """Stand for the computation of a value that is there from the start."""


def _values(variables: list[Variable]) -> list[Any]:
    return [variable.storage.value.read_value() for variable in variables]


def _specs_of(values: list[Any]) -> list[Any]:
    return [tf.TensorSpec(value.shape, value.dtype) for value in values]


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


def _frontier(wanted: Sequence[Value], held: Sequence[Value]) -> list[Value]:
    """Return the constant values that live ones, or the outputs, read directly; not `held`."""
    frontier: dict[Value, None] = {}
    seen: set[Value] = set(held)
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

    def __init__(self, values: list[Value], held: list[Value], given: list[Any]) -> None:
        self.values = values
        self._held = held
        self._latest: tuple[list[Any], list[Any]] = [], []
        self._function = tf.function(self._evaluate, autograph=False).get_concrete_function(_specs_of(given))
        if not values or not _is_repeatable(self._function.graph):
            self.values = []

    def current(self, given: list[Any]) -> list[Any]:
        """Return the constants' tensors, up to date with the `given` values of variables."""
        if not self.values:
            return []
        variables = given + [variable.read_value() for variable in self._function.variables]
        results, seen = self._latest
        if not results or not are_unchanged(variables, seen):
            results = list(self._function(*given))
        self._latest = results, variables
        return results

    def _evaluate(self, given: list[Any]) -> list[Any]:
        environment = dict(zip(self._held, given))
        return [tf.identity(_dense(result)) for result in evaluate(self.values, environment)]


def _dense(result: Any) -> Any:
    return result if tf.is_tensor(result) else tf.convert_to_tensor(result)


def _is_repeatable(graph: Any) -> bool:
    return all(
        not operation.op_def.is_stateful or operation.type in _READING for operation in graph.get_operations()
    )


def are_unchanged(now: list[Any], before: list[Any]) -> bool:
    """Return whether variables still hold what they held before, mostly in the very same memory.

    Reading a variable shares its memory, and TensorFlow never writes to memory that is shared,
    so while `before` is kept, equal addresses prove equal values.
    """
    return all(_address(a) == _address(b) or np.array_equal(a, b) for a, b in zip(now, before))


def _address(tensor: Any) -> int | None:
    capsule = tf.experimental.dlpack.to_dlpack(tensor)
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    managed = get_pointer(capsule, b'dltensor')
    address: int | None = ctypes.cast(managed, ctypes.POINTER(ctypes.c_void_p))[0]
    return address
