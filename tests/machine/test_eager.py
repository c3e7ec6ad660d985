"""Where a search cannot run: inside a graph."""

from __future__ import annotations

import pytest
import tensorflow as tf

from nst_lbfgs.errors import BackendError
from nst_lbfgs.machine.eager import check_eager


def test_inside_a_graph_it_is_refused():
    check_eager()
    with tf.Graph().as_default(), pytest.raises(BackendError, match='Received: a call inside tf.Graph'):
        check_eager()
    with pytest.raises(BackendError, match='or tf.function'):
        tf.function(check_eager, autograph=False)()
