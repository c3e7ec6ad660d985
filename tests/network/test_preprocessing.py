"""Pictures into coordinates and back."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from nst_lbfgs.config import PREPROCESSING_NAMES
from nst_lbfgs.loss_graph import network_input
from nst_lbfgs.network.preprocessing import PREPROCESSINGS

from ..support.numpy_vgg import caffe_from_rgb

EVERY_VALUE = np.stack([np.arange(256).reshape(16, 16)] * 3, axis=-1).astype(np.uint8)
EVERY_VALUE[..., 1] = EVERY_VALUE[::-1, :, 0]
NAMES = sorted(PREPROCESSINGS)


def test_configuration_knows_exactly_the_preprocessings_there_are():
    assert set(PREPROCESSINGS) == set(PREPROCESSING_NAMES)


@pytest.mark.parametrize('name', NAMES)
def test_every_value_comes_back(name):
    preprocessing = PREPROCESSINGS[name]
    x = preprocessing.preprocess(EVERY_VALUE)
    assert x.shape == (1, 16, 16, 3) and x.dtype == np.float32
    np.testing.assert_array_equal(preprocessing.deprocess(x), EVERY_VALUE)


@pytest.mark.parametrize(
    'name, white, black',
    [
        ('caffe', (255 - 103.939, 255 - 116.779, 255 - 123.68), (-103.939, -116.779, -123.68)),
        ('unit', (1, 1, 1), (0, 0, 0)),
        (
            'torchvision',
            (0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225),
            (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225),
        ),
    ],
)
def test_black_and_white(name, white, black):
    low, high = PREPROCESSINGS[name].pixel_range()
    np.testing.assert_allclose(low, black, rtol=1e-12)
    np.testing.assert_allclose(high, white, rtol=1e-12)
    picture = PREPROCESSINGS[name].preprocess(np.full((1, 1, 3), 255))
    np.testing.assert_allclose(picture[0, 0, 0], white, rtol=1e-6)


def test_caffe_is_what_keras_computes():
    from keras.applications.vgg19 import preprocess_input

    np.testing.assert_allclose(
        PREPROCESSINGS['caffe'].preprocess(EVERY_VALUE)[0],
        preprocess_input(EVERY_VALUE.astype(np.float32)),
        atol=1e-5,
    )


@pytest.mark.parametrize('name', NAMES)
def test_the_network_sees_caffes_coordinates_whatever_the_system(name):
    x = tf.constant(PREPROCESSINGS[name].preprocess(EVERY_VALUE), tf.float64)
    np.testing.assert_allclose(
        network_input(x, PREPROCESSINGS[name], 'float64')[0], caffe_from_rgb(EVERY_VALUE), atol=1e-4
    )


def test_values_outside_the_range_are_clipped():
    np.testing.assert_array_equal(
        PREPROCESSINGS['unit'].deprocess(np.array([[[[-0.5, 0.5, 1.5]]]])), [[[0, 128, 255]]]
    )
