"""A tensor and the Input(tensor=...) around it are one and the same to an old script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from nst_lbfgs.legacy import Input
from nst_lbfgs.legacy import backend as K

CONTENT = np.random.default_rng(2).normal(size=(1, 6, 8, 3)).astype('float32')
KERNEL = np.random.default_rng(3).normal(size=(3, 4)).astype('float32')
POINT = np.full((1, 6, 8, 3), 0.5, 'float32')


def wrapped() -> tuple[Any, Any, Any]:
    """Return a picture, a batch of it and CONTENT, and the batch's Input."""
    picture = K.placeholder((1, 6, 8, 3))
    batch = K.concatenate([K.variable(CONTENT), picture], axis=0)
    return picture, batch, Input(tensor=batch, shape=(6, 8, 3))


def network(entry: Any) -> Any:
    """Return a convolution of one pixel, whose value NumPy can say."""
    return keras.layers.Conv2D(
        4, 1, use_bias=False, kernel_initializer=lambda shape, dtype: KERNEL[None, None]
    )(entry)


@pytest.mark.parametrize('form', ['tensor', 'list', 'entry'])
def test_a_model_is_made_on_either(form: str) -> None:
    """Model(batch, x), Model([batch], [x]) and Model(entry, x) are one model."""
    picture, batch, entry = wrapped()
    features = network(entry)
    given = {'tensor': (batch, features), 'list': ([batch], [features]), 'entry': (entry, features)}[form]
    model = keras.Model(*given)
    assert model.input is entry and model.output is features
    loss = K.sum(K.square(model.output[0] - model.output[1]))
    value, slope = K.function([picture], [loss, *K.gradients(loss, picture)])([POINT])
    difference = (POINT - CONTENT) @ KERNEL
    assert value == pytest.approx((difference**2).sum(), rel=1e-5)
    np.testing.assert_allclose(slope, 2 * difference @ KERNEL.T, rtol=1e-4, atol=1e-5)


def test_gradients_with_respect_to_either_count_both_ways() -> None:
    """A loss that reads the tensor here and its Input there has the whole gradient."""
    x = K.placeholder((2, 3))
    entry = Input(tensor=x)
    loss = K.sum(K.square(x)) + 3 * K.sum(entry)
    for variable in (x, entry):
        (slope,) = K.function([x], K.gradients(loss, variable))([np.ones((2, 3))])
        assert slope.tolist() == [[5.0] * 3] * 2
    (alone,) = K.gradients(K.sum(x), entry)
    assert K.function([x], [alone])([np.ones((2, 3))])[0].tolist() == [[1.0] * 3] * 2


def test_feeding_either_feeds_both() -> None:
    """A value for model.input is a value for the tensor that it was made on."""
    x = K.placeholder((2, 3))
    entry = Input(tensor=x)
    total = K.sum(x) + K.sum(entry * 2)
    for fed in (x, entry):
        assert K.function([fed], [total])([np.ones((2, 3))])[0] == 18


def test_source_inputs_are_those_of_the_layers() -> None:
    """get_source_inputs ends where layers begin, not at the placeholder behind them."""
    from nst_lbfgs.legacy.keras_names import get_source_inputs

    _, batch, entry = wrapped()
    features = network(entry)
    assert [t is entry for t in get_source_inputs(features)] == [True]
    assert [t is batch for t in get_source_inputs(batch)] == [True]
    assert keras.Model(get_source_inputs(batch), features).input is entry


MODEL_INPUT = """
    import numpy as np
    from keras import backend as K
    from keras.applications import vgg16
    from keras.engine.topology import get_source_inputs

    picture = K.placeholder((1, 40, 40, 3))
    model = vgg16.VGG16(include_top=False, weights='imagenet', input_tensor=picture)
    loss = K.sum(model.get_layer('block1_conv1').output) + K.sum(picture)
    one = K.gradients(loss, model.input)[0]
    other = K.gradients(loss, [picture])[0]
    assert K.int_shape(model.input) == (1, 40, 40, 3)
    value = np.ones((1, 40, 40, 3))
    for fed in (model.input, picture):
        a, b = K.function([fed], [one, other])([value])
        assert np.abs(a).max() > 0 and (a == b).all()
    print(len(get_source_inputs(model.output)), 'input')
"""


def test_model_input_is_the_tensor(run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """A ready-made network's input, alone and not in a list, stands for its input_tensor."""
    assert run_old(MODEL_INPUT) == 0
    assert '1 input' in capsys.readouterr().out


def test_all_of_a_model_s_layers_can_be_called_one_by_one() -> None:
    """Its InputLayer among them gives back what it is called on."""
    x = Input((6, 8, 3))
    model = keras.Model(x, keras.layers.MaxPooling2D()(network(x)))
    y = entry = Input((6, 8, 3))
    for layer in model.layers:
        y = keras.layers.AveragePooling2D()(y) if type(layer) is keras.layers.MaxPooling2D else layer(y)
    (found,) = K.function([entry], [y])([POINT])
    np.testing.assert_allclose(found, np.full((1, 3, 4, 4), 0.5) * KERNEL.sum(0), rtol=1e-5)


def test_a_sequential_goes_on_from_the_model_that_it_begins_with() -> None:
    """Its end has gradients against the model's layers; feeding either input feeds both."""
    x = Input((6, 8, 3))
    features = network(x)
    inner = keras.Model(x, keras.layers.GlobalAveragePooling2D()(features))
    outer = keras.Sequential()
    outer.add(inner)
    outer.add(keras.layers.Lambda(lambda t: t * np.float32([0, 2, 0, 0])))
    outer.add(keras.layers.Lambda(lambda t: t + 1.0))
    loss = K.sum(outer.layers[-1].output)
    slope = K.gradients(loss, features)[0]
    expected = np.broadcast_to(np.float32([0, 2 / 48, 0, 0]), (1, 6, 8, 4))
    value = (0.5 * KERNEL.sum(0))[1] * 2 + 4
    for fed in (outer.layers[0].input, outer.input):
        total, found = K.function([fed], [loss, slope])([POINT])
        assert total == pytest.approx(value, rel=1e-5)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert outer.predict(POINT).sum() == pytest.approx(value, rel=1e-5)
