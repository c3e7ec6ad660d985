"""VGG19 as a feature extractor: a Keras functional model, cut after the deepest layer in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from ..arrays import Kernels, Tensor
from ..errors import StyleTransferError
from .layers import BLOCKS, FILTERS, LAYER_NAMES


def build_extractor(
    layers: Sequence[str],
    kernels: Kernels,
    *,
    pooling: str = 'max',
    padding: str = 'zero',
    dtype: str = 'float32',
) -> Any:
    """Return VGG19 (Simonyan and Zisserman, configuration E) up to the deepest of `layers`.

    The model takes Caffe's coordinates (n, H, W, 3) and returns a dictionary from layer name to
    features (n, h, w, c) after the rectifier. `kernels` has for each convolution a kernel
    (3, 3, channels, filters) and a bias (filters,). With `pooling='average'` the weights stay as
    they are, as Gatys et al. did. With `padding='replicate'` convolutions see the picture's outermost rows
    and columns, and those of features, once more around them, where the network was trained with zeros:
    these draw a frame on pictures whose border is light. `dtype` is the type of weights and features.
    """
    if keras.backend.backend() != 'tensorflow':
        raise StyleTransferError(
            f'Expected Keras on TensorFlow (KERAS_BACKEND=tensorflow). Received: {keras.backend.backend()}'
        )
    deepest = max(LAYER_NAMES.index(name) for name in layers)
    picture = keras.Input((None, None, 3), dtype=dtype)
    outputs = {}
    features = picture
    for layer in _vgg19_layers(pooling, padding, dtype)[: deepest + 1]:
        features = layer(features)
        if layer.name in layers:
            outputs[layer.name] = features
    model = keras.Model(picture, outputs)
    model.trainable = False
    for layer in model.layers:
        if layer.name in FILTERS:
            layer.set_weights(kernels[layer.name])
    return model


class EdgePaddedConv2D(keras.layers.Conv2D):  # type: ignore[misc]
    """A 3 x 3 convolution that sees the outermost rows and columns once more around what it is given."""

    def call(self, inputs: Tensor) -> Tensor:
        return super().call(tf.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)), 'SYMMETRIC'))


def _vgg19_layers(pooling: str, padding: str, dtype: str) -> list[Any]:
    pool = {'max': keras.layers.MaxPooling2D, 'average': keras.layers.AveragePooling2D}[pooling]
    convolution, keras_padding = {
        'zero': (keras.layers.Conv2D, 'same'),
        'replicate': (EdgePaddedConv2D, 'valid'),
    }[padding]
    layers = []
    for block, (count, filters) in enumerate(BLOCKS, start=1):
        layers += [
            convolution(
                filters,
                3,
                padding=keras_padding,
                activation='relu',
                dtype=dtype,
                kernel_initializer='zeros',  # Keras would draw 13 million numbers that are not used
                data_format='channels_last',
                name=f'block{block}_conv{index}',
            )
            for index in range(1, count + 1)
        ]
        layers.append(pool(2, 2, data_format='channels_last', dtype=dtype, name=f'block{block}_pool'))
    return layers
