"""What scripts compare a model's class with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

SCRIPT = """
    import keras
    import numpy as np
    from keras import backend as K
    from keras.engine.training import Model as Another
    from keras.layers import Dense, Input
    from keras.models import Model, Sequential

    x = Input((3,))
    model = Model(inputs=x, outputs=Dense(2)(x))
    assert type(model) == Model == Another and not type(model) != keras.models.Model
    assert type(model) != Sequential
    assert isinstance(model, Model) and isinstance(Sequential(), Model) and not isinstance(Dense(2), Model)
    assert issubclass(Sequential, Model) and not issubclass(Dense, Model) and type(Sequential()) != Model

    class Own(Model):
        def __init__(self):
            super(Own, self).__init__()
            self.inner = Dense(2)

        def call(self, inputs):
            return self.inner(inputs)

    own = Own()
    assert own(np.ones((1, 3))).shape == (1, 2) and type(own) == Own != Model
    assert isinstance(own, Model) and isinstance(own, Own) and not isinstance(model, Own)
    assert Model(input=x, output=model.output).predict(np.ones((1, 3))).shape == (1, 2)
"""


def test_models_are_of_the_class_that_they_were_made_with(
    run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also by the names of old modules; a class derived from it is its own."""
    assert run_old(SCRIPT) == 0, capsys.readouterr().err


def test_a_model_s_first_node_is_its_making(run_old: Callable[..., int]) -> None:
    """And its calls are the next; a layer's first node is its first call."""
    text = """
    from keras.layers import Dense, Input
    from keras.models import Model, Sequential

    entry = Input((3,))
    layer = Dense(2)
    model = Model(entry, layer(entry))
    assert model.get_input_at(0) is entry
    assert model.get_output_at(0) is model.output is model.get_output_at(-1)
    assert model.get_input_shape_at(0) == (None, 3) and model.get_output_shape_at(0) == (None, 2)
    other = Input((3,))
    again = model(other)
    assert model.get_output_at(1) is again is model.get_output_at(-1) and model.get_input_at(1) is other
    assert model.get_output_at(0) is model.output is layer.get_output_at(0)
    assert Model(model.get_input_at(0), model.get_output_at(0)).output_shape == (None, 2)
    stack = Sequential([Dense(4, input_shape=(3,))])
    assert stack.get_output_at(0) is stack.output and stack.get_input_shape_at(0) == (None, 3)
    """
    assert run_old(text) == 0
