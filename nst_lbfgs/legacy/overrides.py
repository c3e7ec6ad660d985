"""Gradients that a script puts in the place of TensorFlow's: guided backpropagation and its like.

As in TensorFlow 1, what counts is the context that a layer is called in. Each call remembers its
own, and `lowering` computes it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import tensorflow as tf

_active: list[dict[str, str]] = [{}]


@contextmanager
def overriding_gradients(op_type_map: dict[str, str]) -> Iterator[None]:
    """Make calls within this context use the gradients registered under other names."""
    _active.append({**_active[-1], **op_type_map})
    try:
        yield
    finally:
        _active.pop()


def remember_overrides(node: Any) -> None:
    """Note with a call the gradients that are to be used for it."""
    if _active[-1]:
        node._legacy_gradients = _active[-1]


def overrides_of(node: Any) -> dict[str, str]:
    """Return the gradients to be used for a call, by the type of the operation that they replace."""
    found: dict[str, str] = getattr(node, '_legacy_gradients', {})
    return found


def carried_out(overrides: dict[str, str]) -> AbstractContextManager[Any]:
    """Return a context for the graph that is being traced in which they hold."""
    if not overrides:
        return nullcontext()
    context: AbstractContextManager[Any] = _default_graph().gradient_override_map(overrides)
    return context


# TensorFlow's own, taken here: within a run the public name is ours.
_default_graph = tf.compat.v1.get_default_graph
