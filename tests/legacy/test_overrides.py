"""Guided backpropagation as scripts did it: a gradient registered by name, a map in a context."""

from __future__ import annotations

from collections.abc import Callable

GUIDED = """
    import numpy as np
    import tensorflow as tf
    from keras import backend as K
    from keras.layers import Conv2D, Input
    from keras.models import Model
    from tensorflow.python.framework import ops

    if 'GuidedForTest' not in ops._gradient_registry._registry:
        @ops.RegisterGradient('GuidedForTest')
        def guided(op, grad):
            kind = op.inputs[0].dtype
            return grad * tf.cast(grad > 0., kind) * tf.cast(op.inputs[0] > 0., kind)

    layer = Conv2D(4, 1, activation='relu', use_bias=False)
    image = Input((5, 6, 3))
    weights = np.array([1., -2., .5, -.3])

    def slope():
        model = Model(image, layer(image))
        loss = K.sum(model.output * weights)
        return K.function([model.input], [K.gradients(loss, model.input)[0]])

    plain = slope()
    graph = tf.get_default_graph()
    with graph.gradient_override_map({'Relu': 'GuidedForTest'}):
        changed = slope()
    after = slope()

    x = np.random.RandomState(1).normal(size=(1, 5, 6, 3))
    kernel = layer.get_weights()[0][0, 0]
    on = x.dot(kernel) > 0
    expected = (on * weights).dot(kernel.T)
    expected_changed = (on * np.maximum(weights, 0)).dot(kernel.T)
    assert not np.allclose(expected, expected_changed)
    for function, value in ((plain, expected), (changed, expected_changed), (after, expected)):
        assert np.allclose(function([x])[0], value, rtol=1e-4, atol=1e-6)
"""


def test_gradients_are_replaced_in_the_context_and_only_there(run_old: Callable[..., int]) -> None:
    """The same layer, called before, within and after: each has the gradient of its own call."""
    assert run_old(GUIDED) == 0
