"""TensorFlow 1's own sessions, which also compute what Keras's symbolic tensors stand for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tensorflow.python.client import session as client
from tensorflow.python.eager import context
from tensorflow.python.framework import ops

from . import keras_variables
from .keras_tensors import in_the_graph

_open: list[Any] = []


class _Running:
    """What a session does besides: Keras's variables have their present values before a run."""

    def __init__(self, target: str = '', graph: Any = None, config: Any = None) -> None:
        super().__init__(target, graph, config)  # type: ignore[call-arg]
        _open.append(self)

    def run(self, fetches: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what TensorFlow's own `Session.run` returns."""
        fetches = in_the_graph(fetches)
        keras_variables.load_into(self)
        result = super().run(fetches, *args, **kwargs)  # type: ignore[misc]
        keras_variables.note_training(self)
        return result


class Session(_Running, client.Session):  # type: ignore[misc]
    """`tf.Session`."""


class InteractiveSession(_Running, client.InteractiveSession):  # type: ignore[misc]
    """`tf.InteractiveSession`: the default session from the moment that it is made."""

    def __init__(self, target: str = '', graph: Any = None, config: Any = None) -> None:
        if context.executing_eagerly():
            raise RuntimeError('Expected a graph. Received: InteractiveSession in eager mode')
        super().__init__(target, graph, config)


_kept: list[Any] = []


def get_session() -> Any:
    """Return the default session, else the one that `K.set_session` set, else a new one.

    It runs the present default graph, as Keras's did.
    """
    default = ops.get_default_session()
    if default is not None:
        return default
    graph = ops.get_default_graph()
    if not _kept or _kept[0].graph is not graph:
        set_session(Session())
    return _kept[0]


def set_session(session: Any) -> None:
    """Make a session the one that Keras uses (`K.set_session`)."""
    _kept[:] = [session]


@contextmanager
def closed_in_the_end() -> Iterator[None]:
    """Close every session that is opened within this context, the last one first."""
    try:
        yield
    finally:
        for session in reversed(_open):
            session.close()
        _open.clear()
        _kept.clear()
