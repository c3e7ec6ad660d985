"""Which operations treat every row of a batch alone, so that rows may be computed apart.

Only what is known to be so is listed: an exact class of Keras's own, with one of Keras's own
activations, in inference. Everything else is computed on the whole batch, as the script says.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

_LAYERS = frozenset(
    getattr(keras.layers, name)
    for name in (
        'Activation',
        'Add',
        'Average',
        'AveragePooling2D',
        'Conv2D',
        'Conv2DTranspose',
        'Cropping2D',
        'Dense',
        'DepthwiseConv2D',
        'ELU',
        'Flatten',
        'GlobalAveragePooling2D',
        'GlobalMaxPooling2D',
        'LeakyReLU',
        'MaxPooling2D',
        'Maximum',
        'Minimum',
        'Multiply',
        'Permute',
        'ReLU',
        'Reshape',
        'SeparableConv2D',
        'Subtract',
        'UpSampling2D',
        'ZeroPadding2D',
    )
)
_LAYERS_WITH_AXIS = frozenset((keras.layers.Concatenate, keras.layers.Softmax))
_INFERENCE_LAYERS = frozenset(
    getattr(keras.layers, name)
    for name in ('Dropout', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout')
)
_ELEMENTWISE = frozenset(
    ('Absolute', 'Add', 'Divide', 'Multiply', 'Negative', 'Power', 'Subtract', 'TrueDivide')
)


def is_row_wise(operation: Any, training: bool) -> bool:
    """Return whether a layer maps each row of its inputs to the same row of its output."""
    kind = type(operation)
    if kind in _LAYERS:
        return _activation_is_known(operation)
    if kind in _LAYERS_WITH_AXIS:
        return isinstance(operation.axis, int) and operation.axis != 0
    if kind is keras.layers.BatchNormalization:
        return not training and operation.axis != 0
    return kind in _INFERENCE_LAYERS and not training


def is_network_layer(operation: Any) -> bool:
    """Return whether a layer is computed in the network's precision, bfloat16 if chosen."""
    kind = type(operation)
    known = kind in _LAYERS or kind in _LAYERS_WITH_AXIS or kind is keras.layers.BatchNormalization
    return known and _activation_is_known(operation)


def is_elementwise(operation: Any) -> bool:
    """Return whether an operation is one of the tensors' own arithmetic operators."""
    kind = type(operation)
    return kind.__module__.startswith('keras.') and kind.__name__ in _ELEMENTWISE


def broadcasts_over_rows(value: Any, rank: int) -> bool:
    """Return whether an operand is the same for every row of a batch of this rank."""
    shape = value.shape if hasattr(value, 'shape') else np.shape(value)
    return len(shape) < rank


def _activation_is_known(layer: Any) -> bool:
    activation = getattr(layer, 'activation', None)
    return activation is None or getattr(activation, '__module__', '').startswith('keras.')
