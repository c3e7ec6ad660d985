"""TensorFlow 1's session, as far as old scripts use it: `run(tensors, feed_dict)`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import tensorflow as tf

from .functions import Function
from .overrides import overriding_gradients
from .tensors import is_symbolic


class Graph:
    """TensorFlow 1's graph, as servers used it: one to be made the default in every thread.

    There is one graph for the whole process here, whatever is the default.
    """

    def as_default(self) -> AbstractContextManager[Graph]:
        """Return a context that changes nothing."""
        return nullcontext(self)

    def finalize(self) -> None:
        """Do nothing: what is made later is no danger to what was made before."""

    def gradient_override_map(self, op_type_map: dict[str, str]) -> AbstractContextManager[None]:
        """Return a context in which layers are called with other gradients: {'Relu': 'GuidedRelu'}.

        The values are names given to `tf.RegisterGradient`.
        """
        return overriding_gradients(op_type_map)


_graph = Graph()


def get_default_graph() -> Graph:
    """Return the graph, the same one in every thread."""
    return _graph


class Session:
    """Computes symbolic tensors for fed values; compiled once per set of tensors.

    Accepts and ignores TensorFlow 1's arguments (`config`, `graph`, `target`).
    """

    def __init__(self, *_ignored: Any, **_also_ignored: Any) -> None:
        self.graph = get_default_graph()
        self._functions: dict[Any, tuple[Function, Any]] = {}

    def run(self, fetches: Any, feed_dict: dict[Any, Any] | None = None, **_ignored: Any) -> Any:
        """Return the values of a tensor or of nested lists of tensors, as NumPy arrays.

        What is no tensor (an initializer's None, for one) gives itself.
        """
        feeds = feed_dict or {}
        flat = tf.nest.flatten(fetches)
        tensors = [fetch for fetch in flat if is_symbolic(fetch)]
        key = (tuple(map(id, tensors)), tuple(map(id, feeds)))
        if key not in self._functions:  # the tensors are kept: an id must stay theirs
            self._functions[key] = (Function(list(feeds), tensors), (tensors, list(feeds)))
        results = iter(self._functions[key][0](list(feeds.values())) if tensors else [])
        found = [next(results) if is_symbolic(fetch) else fetch for fetch in flat]
        return tf.nest.pack_sequence_as(fetches, found)

    def close(self) -> None:
        """Forget the compiled functions."""
        self._functions.clear()

    def as_default(self) -> Session:
        """Return the session itself, as a context."""
        return self

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_error: Any) -> None:
        self.close()


def evaluate_tensor(
    tensor: Any, feed_dict: dict[Any, Any] | None = None, session: Any = None
) -> np.ndarray[Any, Any]:
    """Return a symbolic tensor's value (`tensor.eval(feed_dict, session)`, `K.eval`)."""
    feeds = feed_dict or {}
    result: np.ndarray[Any, Any] = Function(list(feeds), tensor)(list(feeds.values()))
    return result
