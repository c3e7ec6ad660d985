"""`K.gradients`: the gradient of a loss as tensors that can be computed with further."""

from __future__ import annotations

from typing import Any

from .tensors import Gradients, Tensor, ancestry, as_symbolic, operation_of, root_of


def gradients(loss: Tensor, variables: Any) -> list[Any]:
    """Return the gradients of `loss` (its sum, if no scalar) as a list of symbolic tensors.

    As `K.gradients`: always a list, whether `variables` is a tensor or a list; None for what
    the loss does not depend on. The tensors can be computed with further.
    """
    wanted = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    wanted = [root_of(as_symbolic(variable)) for variable in wanted]
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
