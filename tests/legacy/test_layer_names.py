"""Layers have the names that old Keras gave them."""

from __future__ import annotations

from collections.abc import Callable

import keras
import pytest

KERAS = """
    from keras import backend as K
    from keras.layers import Activation, Conv2D, Dense, Flatten, Input, Layer, MaxPooling2D, add
    from keras.models import Model, Sequential

    class Own(Layer):
        pass

    picture = Input((8, 8, 3))
    x = Conv2D(2, 3)(picture)
    x = add([x, x])
    x = MaxPooling2D()(Activation('relu')(Conv2D(2, 3, padding='same')(x)))
    model = Model(picture, Dense(2)(Flatten()(x)))
    assert [layer.name for layer in model.layers] == [
        'input_1', 'conv2d_1', 'add_1', 'conv2d_2', 'activation_1', 'max_pooling2d_1', 'flatten_1', 'dense_1']
    assert (model.name, Sequential().name, Own().name, Own().name) == (
        'model_1', 'sequential_1', 'own_1', 'own_2')
    assert model.get_layer('maxpooling2d_1') is model.get_layer('max_pooling2d_1')
    assert model.get_layer('convolution2d_2').name == 'conv2d_2'
    K.clear_session()
    assert Dense(2).name == 'dense_1'
"""
TENSORFLOW_S = """
    from tensorflow.keras.layers import Dense, Input
    from tensorflow.keras.models import Model
    picture = Input((8,))
    first, second = Dense(2), Dense(2)
    model = Model(picture, second(first(picture)))
    assert [layer.name for layer in model.layers] == ['input_1', 'dense', 'dense_1'] and model.name == 'model'
"""
RESNET = """
    from keras.applications.resnet50 import ResNet50
    from keras.models import Model
    net = ResNet50(weights='imagenet', input_shape=(32, 32, 3), include_top=False)
    names = [layer.name for layer in net.layers]
    for name in ('conv1', 'bn_conv1', 'activation_1', 'max_pooling2d_1', 'res2a_branch1', 'bn2a_branch2a',
                 'res5c_branch2c', 'bn5c_branch2c', 'add_16', 'activation_49'):
        assert names.count(name) == 1, name
    last = net.get_layer('activation_49')
    assert last.output is net.output and net.get_layer('add_16').output is last.input
    assert Model(net.input, net.get_layer('res5c_branch2c').output).output_shape == (None, 1, 1, 2048)
    assert ResNet50(weights=None, input_shape=(32, 32, 3)).layers[-1].name == 'fc1000'
"""
TENSORFLOW_S_RESNET = """
    from tensorflow.keras.applications.resnet50 import ResNet50
    net = ResNet50(weights=None, input_shape=(32, 32, 3), include_top=False)
    assert net.get_layer('res5c_branch2c').output.shape[-1] == 2048
"""
TODAY_S_RESNET = """
    from tensorflow.keras.applications.resnet50 import ResNet50
    net = ResNet50(weights=None, input_shape=(32, 32, 3), include_top=False)
    assert net.get_layer('conv5_block3_out').output is net.output
"""


@pytest.mark.parametrize('script', [KERAS, TENSORFLOW_S, RESNET, TENSORFLOW_S_RESNET, TODAY_S_RESNET])
def test_names(script: str, run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Keras counts from 1, TensorFlow's copy from nothing; ResNet50 has its old names."""
    assert run_old(script) == 0, capsys.readouterr().err


def test_names_are_today_s_outside_a_run(run_old: Callable[..., int]) -> None:
    """Nothing stays after it."""
    assert run_old('from keras.layers import Dense\nDense(2)\n') == 0
    assert keras.layers.Dense(2).name.partition('_')[0] == 'dense'
    keras.utils.clear_session()
    assert keras.layers.Dense(2).name == 'dense'
