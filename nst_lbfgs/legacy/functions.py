"""`K.function`: a script's graph as a callable from arrays to arrays."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from .compiled import Compiled
from .recognition import signature
from .settings import SETTINGS
from .tensors import (
    Tensor,
    Variable,
    ancestry,
    as_symbolic,
    is_learning_phase,
    is_symbolic,
    root_of,
    source_of,
)
from .updates import as_step

_COMPILING = threading.RLock()
_KEPT = 4  # compiled functions for each input: loss, gradient and what is shown between


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
        self._compiled: dict[bool, tuple[Compiled, list[Variable]]] = {}

    def __call__(self, inputs: Any = ()) -> Any:
        """Return the outputs as NumPy arrays, scalars as NumPy scalars."""
        arrays = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(arrays) != len(self.inputs):
            raise ValueError(f'Expected {len(self.inputs)} input arrays. Received: {len(arrays)}')
        fed = [(tensor, array) for tensor, array in zip(self.inputs, arrays) if is_symbolic(tensor)]
        training = _training([(t, a) for t, a in fed if is_learning_phase(t)])
        with _COMPILING:  # a server's threads ask for the same function at once
            if training not in self._compiled:
                self._compiled[training] = self._compile([t for t, _ in fed], training)
        compiled, variables = self._compiled[training]
        results = iter(compiled([a for _, a in fed], variables))
        found = [None if output is None else next(results) for output in self.outputs]
        return found[0] if self._single else found

    def _compile(self, inputs: list[Tensor], training: bool) -> tuple[Compiled, list[Variable]]:
        """Return a compiled function, an earlier one if it computes the same, and our variables.

        Compiled functions are kept by their first input (or output), and go when that goes.
        """
        outputs = [as_symbolic(output) for output in self.outputs if output is not None]
        steps = [as_step(update) for update in self.updates]
        needed = outputs + [tensor for step in steps for tensor in step.needs]
        roots = [root_of(tensor) for tensor in inputs]
        variables = _variables_behind(needed, roots)
        new = functools.partial(Compiled, inputs, variables, outputs, steps, training)
        if not needed:
            return new(), variables
        updated = tuple(step.key() for step in steps)
        fed = tuple((tensor.shape, tensor.dtype, source_of(tensor) is None) for tensor in inputs)
        graph = signature([*roots, *variables], needed)
        key = (training, SETTINGS.precision, updated, fed, graph)
        return _kept((roots or needed)[0], key, new), variables


def _variables_behind(needed: list[Tensor], fed: list[Tensor]) -> list[Variable]:
    known = set(map(id, fed))
    reached = ancestry(needed, lambda tensor: id(tensor) in known)
    return [t for t in reached if isinstance(t, Variable) and not t.is_weight and id(t) not in known]


def _kept(tensor: Tensor, key: Any, new: Callable[[], Compiled]) -> Compiled:
    """Return the compiled function that a tensor keeps under this key, else a new one."""
    if not hasattr(tensor, '_legacy_compiled'):
        tensor._legacy_compiled = {}
    known: dict[Any, Compiled] = tensor._legacy_compiled
    if key not in known:
        known[key] = new()
        while len(known) > _KEPT:
            known.pop(next(iter(known)))
    return known[key]


def _training(phases: list[tuple[Tensor, Any]]) -> bool:
    for _, value in phases:
        return bool(np.asarray(value))
    return bool(SETTINGS.learning_phase)
