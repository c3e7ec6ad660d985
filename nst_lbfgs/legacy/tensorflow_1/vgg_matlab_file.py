"""MatConvNet's VGG networks as `scipy.io.loadmat` gives them, filled from our weights.

Two editions of imagenet-vgg-verydeep-19.mat were published, and scripts index them by number: the
first has weights, pad, type, name, stride in each convolution and `normalization` beside `layers`;
the second has name, type, weights, ... and keeps `normalization` in `meta`. Kernels are
(columns, rows, channels, filters) and take RGB, where Keras's are (rows, columns, ...) and take BGR.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .absent_weights import AbsentWeights

Array = np.ndarray[Any, Any]
_MEAN = np.array([[[123.68, 116.779, 103.939]]])  # RGB
_CONNECTED = {'fc6': (7, 7, 512, 4096), 'fc7': (1, 1, 4096, 4096), 'fc8': (1, 1, 4096, 1000)}


def matlab_network(convolutions: dict[str, tuple[Array, Array]], *, first_edition: bool) -> dict[str, Any]:
    """Return the whole file's contents.

    convolutions: in order, the kernel (rows, columns, channels, filters) and the bias of each, by
    names such as 'conv1_1'.
    """
    layers = np.empty((1, 0), dtype=object)
    for fields in _layers(convolutions):
        layers = np.append(layers, _cell([_edition(fields, first_edition)]), axis=1)
    contents: dict[str, Any] = {'__header__': b'MATLAB 5.0 MAT-file', '__version__': '1.0', '__globals__': []}
    if first_edition:
        return {**contents, 'layers': layers, 'normalization': _first_normalization()}
    return {**contents, 'layers': layers, 'meta': _struct({'normalization': _second_normalization()})}


def _layers(convolutions: dict[str, tuple[Array, Array]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    block = '1'
    for name, (kernel, bias) in convolutions.items():
        if name[4] != block:
            found.append(_pooling(block))
            block = name[4]
        kernel = kernel[:, :, ::-1] if not found else kernel
        found += [_convolution(name, kernel.transpose(1, 0, 2, 3), bias), _relu(f'relu{name[4:]}')]
    found.append(_pooling(block))
    for name, shape in _CONNECTED.items():
        absent = AbsentWeights(name, shape), AbsentWeights(name, shape[-1:])
        found += [_convolution(name, *absent), _relu(f'relu{name[2:]}')]
    found[-1] = {'name': _text('prob'), 'type': _text('softmax')}
    return found


def _convolution(name: str, kernel: Any, bias: Any) -> dict[str, Any]:
    pad = 0 if name in _CONNECTED else 1
    return {
        'name': _text(name),
        'type': _text('conv'),
        'weights': _cell([kernel, bias]),
        'pad': np.full((1, 4), pad, dtype=np.uint8),
        'stride': np.ones((1, 2), dtype=np.uint8),
    }


def _relu(name: str) -> dict[str, Any]:
    return {'name': _text(name), 'type': _text('relu')}


def _pooling(block: str) -> dict[str, Any]:
    return {
        'name': _text(f'pool{block}'),
        'type': _text('pool'),
        'method': _text('max'),
        'pool': np.full((1, 2), 2, dtype=np.uint8),
        'stride': np.full((1, 2), 2, dtype=np.uint8),
        'pad': np.zeros((1, 4), dtype=np.uint8),
    }


def _edition(fields: dict[str, Any], first: bool) -> Array:
    """Return a layer with its fields in an edition's order, and its bias in that edition's shape."""
    if 'weights' in fields:
        kernel, bias = fields['weights'][0]
        fields['weights'] = _cell([kernel, bias.reshape((1, -1) if first else (-1, 1))])
    if not first:
        return _struct(fields)
    order = [name for name in fields if name not in ('type', 'name', 'stride')]
    return _struct({name: fields[name] for name in (*order, 'type', 'name', 'stride') if name in fields})


def _first_normalization() -> Array:
    return _struct(
        {
            'averageImage': np.broadcast_to(_MEAN, (224, 224, 3)).copy(),
            'keepAspect': np.array([[1]], dtype=np.uint8),
            'imageSize': np.array([[224, 224, 3]], dtype=float),
            'border': np.array([[32, 32]], dtype=np.uint8),
            'interpolation': _text('bicubic'),
        }
    )


def _second_normalization() -> Array:
    return _struct(
        {
            'imageSize': np.array([[224, 224, 3, 1]], dtype=float),
            'keepAspect': np.array([[1]], dtype=np.uint8),
            'averageImage': _MEAN,
            'border': np.array([[32, 32]], dtype=np.uint8),
            'interpolation': _text('bicubic'),
        }
    )


def _struct(fields: dict[str, Any]) -> Array:
    """Return what SciPy makes of one of MATLAB's structs: shape (1, 1), a field for each name."""
    struct = np.empty((1, 1), dtype=[(name, object) for name in fields])
    struct[0, 0] = tuple(fields.values())
    return struct


def _cell(values: list[Any]) -> Array:
    """Return what SciPy makes of one of MATLAB's cell arrays: objects, shape (1, n)."""
    cell = np.empty((1, len(values)), dtype=object)
    for column, value in enumerate(values):
        cell[0, column] = value
    return cell


def _text(text: str) -> Array:
    return np.array([text])
