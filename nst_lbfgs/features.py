"""VGG19 as a feature extractor: a Keras functional model, cut after the deepest layer in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .errors import StyleTransferError
from .network_layers import BLOCKS, FILTERS, LAYER_NAMES
from .vgg19_h5 import read_convolutions
from .weights import Weights

Kernels = Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]


def build_extractor(layers: Sequence[str], kernels: Kernels, *, pooling: str = 'max',
                    dtype: str = 'float32') -> Any:
    """Return VGG19 (Simonyan and Zisserman, configuration E) up to the deepest of `layers`.

    The model takes Caffe's coordinates (n, H, W, 3) and returns a dictionary from layer name to
    features (n, h, w, c) after the rectifier. `kernels` has for each convolution a kernel
    (3, 3, channels, filters) and a bias (filters,). With `pooling='average'` the weights stay as
    they are, as Gatys et al. did. `dtype` is the type of weights and features.
    """
    if keras.backend.backend() != 'tensorflow':
        raise StyleTransferError('Expected Keras on TensorFlow (KERAS_BACKEND=tensorflow). '
                                 f'Received: {keras.backend.backend()}')
    deepest = max(LAYER_NAMES.index(name) for name in layers)
    picture = keras.Input((None, None, 3), dtype=dtype)
    outputs = {}
    features = picture
    for layer in _vgg19_layers(pooling, dtype)[:deepest + 1]:
        features = layer(features)
        if layer.name in layers:
            outputs[layer.name] = features
    model = keras.Model(picture, outputs)
    model.trainable = False
    for layer in model.layers:
        if layer.name in FILTERS:
            layer.set_weights(kernels[layer.name])
    return model


def _vgg19_layers(pooling: str, dtype: str) -> list[Any]:
    pool = {'max': keras.layers.MaxPooling2D, 'average': keras.layers.AveragePooling2D}[pooling]
    layers = []
    for block, (count, filters) in enumerate(BLOCKS, start=1):
        layers += [
            keras.layers.Conv2D(filters, 3, padding='same', activation='relu', dtype=dtype,
                                data_format='channels_last', name=f'block{block}_conv{index}')
            for index in range(1, count + 1)
        ]
        layers.append(pool(2, 2, data_format='channels_last', dtype=dtype, name=f'block{block}_pool'))
    return layers


def random_kernels(seed: int) -> Kernels:
    """Return seeded random weights that keep the features' scale from layer to layer.

    Each kernel is normal with variance 2 / fan-in (He et al., 2015), each bias 0. For tests:
    features of such a network are no features of pictures.
    """
    generator = np.random.default_rng(seed)
    kernels = {}
    channels = 3
    for name, filters in FILTERS.items():
        shape = (3, 3, channels, filters)
        kernel = generator.standard_normal(shape, np.float32) * np.float32((2 / (9 * channels))**0.5)
        kernels[name] = (kernel, np.zeros(filters, np.float32))
        channels = filters
    return kernels


@dataclass(frozen=True)
class Network:
    """VGG19's weights: which they are, and a function that returns the kernels and biases."""

    weights: Weights
    kernels: Callable[[], Kernels]


def find_network(weights: Weights, *, seed: int = 0) -> Network:
    """Return the network with the weights that `resolve_weights` found; `seed` is for random ones.

    They are read whenever a transfer needs them: kept in memory they are 80 MB.
    """
    return Network(weights, partial(_read_kernels, weights, seed))


def load_network(weights: Weights, *, seed: int = 0) -> Network:
    """Return the network read once and kept in memory, for many transfers. Raises WeightsError."""
    kernels = _read_kernels(weights, seed)
    return Network(weights, lambda: kernels)


def _read_kernels(weights: Weights, seed: int) -> Kernels:
    if weights.path is None:
        return random_kernels(seed)
    return {name: (kernel, bias) for name, kernel, bias in read_convolutions(weights.path)}
