"""The extractor against NumPy, and against Keras's own VGG19."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.layers import FILTERS, LAYER_NAMES
from nst_lbfgs.weights.vgg19 import random_kernels

from ..support import numpy_vgg

KERNELS = random_kernels(0)


@pytest.fixture
def caffe():
    return np.random.default_rng(1).uniform(-120, 130, (1, 36, 33, 3)).astype(np.float32)


@pytest.mark.parametrize('padding', ['zero', 'replicate'])
@pytest.mark.parametrize('pooling', ['max', 'average'])
def test_every_layer_is_what_numpy_computes(caffe, pooling, padding):
    extractor = build_extractor(LAYER_NAMES, KERNELS, pooling=pooling, padding=padding, dtype='float64')
    expected = numpy_vgg.features(caffe[0], KERNELS, pooling, padding=padding)
    actual = extractor(caffe.astype(np.float64))
    assert list(actual) and set(actual) == set(expected)
    for name in LAYER_NAMES:
        scale = np.abs(expected[name]).max()
        np.testing.assert_allclose(actual[name][0], expected[name], atol=1e-6 * scale, rtol=0)


def test_every_layer_is_what_kerass_own_vgg19_computes(caffe):
    import keras

    original = keras.applications.VGG19(include_top=False, weights=None)
    for name, kernels in KERNELS.items():
        original.get_layer(name).set_weights(kernels)
    outputs = keras.Model(original.input, [original.get_layer(name).output for name in LAYER_NAMES])
    actual = build_extractor(LAYER_NAMES, KERNELS)(caffe)
    for name, expected in zip(LAYER_NAMES, outputs(caffe)):
        scale = float(np.abs(expected).max())
        np.testing.assert_allclose(actual[name], expected, atol=1e-5 * scale, rtol=0)


def test_the_network_ends_at_the_deepest_layer_in_use():
    names = [layer.name for layer in build_extractor(('block1_conv1', 'block2_conv1'), KERNELS).layers]
    assert names[1:] == ['block1_conv1', 'block1_conv2', 'block1_pool', 'block2_conv1']


def test_no_random_numbers_are_drawn_for_weights_that_are_known(monkeypatch):
    import keras

    def drawn(*_):
        raise AssertionError('numbers were drawn')

    monkeypatch.setattr(keras.initializers.GlorotUniform, '__call__', drawn)
    extractor = build_extractor(['block1_conv2'], KERNELS)
    np.testing.assert_array_equal(extractor.layers[1].get_weights()[0], KERNELS['block1_conv1'][0])


def test_bfloat16_features_are_close_to_float32(caffe):
    names = ('block1_conv1', 'block3_conv1', 'block5_conv2')
    wide = build_extractor(names, KERNELS)(caffe)
    narrow = build_extractor(names, KERNELS, dtype='bfloat16')(caffe)
    for name in names:
        error = np.linalg.norm(np.asarray(narrow[name], np.float32) - wide[name])
        assert 0 < error < 0.02 * np.linalg.norm(wide[name])


def test_random_kernels_are_those_of_their_seed():
    again, other = random_kernels(0), random_kernels(1)
    for name in FILTERS:
        np.testing.assert_array_equal(again[name][0], KERNELS[name][0])
        assert not np.array_equal(other[name][0], KERNELS[name][0])


def test_another_backend_is_refused_in_one_line(monkeypatch):
    monkeypatch.setattr('keras.backend.backend', lambda: 'torch')
    with pytest.raises(StyleTransferError, match='Received: torch'):
        build_extractor(('block1_conv1',), KERNELS)
