"""The `updates` of `K.function`: what it assigns after its outputs are computed."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..errors import LegacyError
from .gradients import gradients
from .tensors import Tensor, Variable, as_symbolic


class Assignment:
    """An update `variable <- value`."""

    def __init__(self, variable: Any, value: Tensor) -> None:
        self.variable = as_symbolic(variable)
        if not isinstance(self.variable, Variable):
            raise LegacyError(f'Expected a K.variable to update. Received: {variable!r}')
        self.needs = [as_symbolic(value)]

    def key(self) -> Any:
        """Return what tells this update from others; its value apart."""
        return id(self.variable)

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

    def key(self) -> Any:
        """Return what tells this step from others; its gradients apart."""
        return (id(self.optimizer), *map(id, self.variables))

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
