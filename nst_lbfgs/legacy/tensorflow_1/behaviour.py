"""TensorFlow 1's behaviour, for the length of a run: graphs, its variables and comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf
from tensorflow.python.eager import context
from tensorflow.python.framework import ops
from tensorflow.python.util import deprecation

_v1 = tf.compat.v1


@contextmanager
def version_1_behaviour(*, eager: bool = False) -> Iterator[None]:
    """Within this context TensorFlow builds graphs as version 1 did, or is as its eager mode was.

    Variables may be fed, and `==` compares tensors by identity.
    What TensorFlow says about its own old names is kept quiet: whoever runs an old script knows.
    """
    before = _v1.resource_variables_enabled(), _v1.control_flow_v2_enabled()
    with deprecation.silence(), context.eager_mode() if eager else context.graph_mode():
        _compare_by_identity(True)
        _v1.disable_resource_variables()
        _v1.disable_control_flow_v2()
        if not eager:  # the graph may have been met under version 2, and its variables then are version 2's
            ops.reset_default_graph()
        try:
            yield
        finally:
            if not eager:
                ops.reset_default_graph()
            _compare_by_identity(False)
            if before[0]:
                _v1.enable_resource_variables()
            if before[1]:
                _v1.enable_control_flow_v2()


def in_graph() -> bool:
    """Return whether what is computed now becomes part of a graph that a session runs."""
    return not tf.executing_eagerly() and not ops.get_default_graph().building_function


_version_1 = [False]


def _compare_by_identity(wanted: bool) -> None:
    _version_1[0] = wanted
    if wanted:
        _v1.disable_tensor_equality()
    else:
        _v1.enable_tensor_equality()


@contextmanager
def version_2_comparisons() -> Iterator[None]:
    """Within this context `==` compares the values of tensors, which Keras counts on."""
    before = _version_1[0]
    _compare_by_identity(False)
    try:
        yield
    finally:
        _compare_by_identity(before)


_outside = [0]


def outside_count() -> int:
    """Return how often anything was computed outside the graph so far."""
    return _outside[0]


@contextmanager
def outside_the_graph() -> Iterator[None]:
    """Within this context TensorFlow computes at once and behaves as today."""
    _outside[0] += 1
    with version_2_comparisons(), context.eager_mode():
        yield
