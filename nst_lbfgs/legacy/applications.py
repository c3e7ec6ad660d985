"""Keras's ready-made networks, as old scripts call them.

from nst_lbfgs.legacy import vgg19
model = vgg19.VGG19(input_tensor=tensor, weights='imagenet', include_top=False)
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from ..errors import WeightsError
from .layer_names import rename_resnet50
from .old_weights import randomise
from .settings import RANDOM_WEIGHTS, SETTINGS
from .tensors import bind, is_input, is_symbolic, source_of

_MODULES = (
    'densenet',
    'inception_resnet_v2',
    'inception_v3',
    'mobilenet',
    'mobilenet_v2',
    'nasnet',
    'resnet',
    'resnet50',
    'resnet_v2',
    'vgg16',
    'vgg19',
    'xception',
)

# Keras's own, taken here: within a run the public name is ours.
_decode_predictions = keras.applications.imagenet_utils.decode_predictions


def legacy_builder(build: Callable[..., Any]) -> Callable[..., Any]:
    """Return one of Keras's model functions that takes any tensor as `input_tensor`.

    `weights='imagenet'` gives VGG19 without its top the weights that `configure` chose; other
    networks get Keras's own download. Raises WeightsError where that cannot be reached.
    """

    @functools.wraps(build)
    def wrapped(
        include_top: bool = True,
        weights: Any = 'imagenet',
        input_tensor: Any = None,
        input_shape: Any = None,
        **kwargs: Any,
    ) -> Any:
        if input_tensor is not None and not _is_plain_input(input_tensor):
            input_tensor = bind(None, input_tensor)
        given = dict(include_top=include_top, input_tensor=input_tensor, input_shape=input_shape, **kwargs)
        source = _source(build.__name__, include_top, weights)
        if source is None or source == RANDOM_WEIGHTS:
            model = build(weights=None, **given)
            if source is not None:
                randomise(model)
        else:
            model = _with_download(build, source, given)
        if build.__name__ == 'ResNet50' and SETTINGS.old_resnet50:
            rename_resnet50(model)
        return model

    return wrapped


def _is_plain_input(tensor: Any) -> bool:
    """Return whether a model can be built on a tensor as it is (or keeps its own source)."""
    return is_symbolic(tensor) and is_input(tensor) and (source_of(tensor) is None or len(tensor.shape) == 4)


def _source(name: str, include_top: bool, weights: Any) -> Any:
    if weights != 'imagenet':
        return weights
    if name == 'VGG19' and not include_top:
        return vgg19_weights()
    return RANDOM_WEIGHTS if SETTINGS.weights == RANDOM_WEIGHTS else 'imagenet'


def vgg19_weights() -> str:
    """Return the file that holds VGG19's weights without its top, or 'random'.

    Raises WeightsError if they are not to be had.
    """
    from ..weights.sources import resolve_weights

    path = resolve_weights(SETTINGS.weights).path
    return RANDOM_WEIGHTS if path is None else str(path)


def _with_download(build: Callable[..., Any], source: Any, given: dict[str, Any]) -> Any:
    with _connection(f"{build.__name__}'s weights"):
        return build(weights=source, **given)


@contextmanager
def _connection(wanted: str) -> Iterator[None]:
    """Raise WeightsError, and not Keras's own words, if something cannot be downloaded."""
    try:
        yield
    except Exception as error:
        if 'URL fetch failure' not in str(error):
            raise
        raise WeightsError(
            f'Cannot download {wanted}: {error}. Expected a connection, or '
            '--weights random to try the script without it'
        ) from error


def decode_predictions(preds: Any, top: int = 5, **_ignored: Any) -> list[list[tuple[str, str, float]]]:
    """Return each row's `top` most probable classes: ImageNet's number, the name, the probability.

    With random weights the names mean nothing: they are class_0, class_1 and so on.
    """
    if SETTINGS.weights != RANDOM_WEIGHTS:
        with _connection("ImageNet's class names"):
            found: list[list[tuple[str, str, float]]] = _decode_predictions(preds, top=top)
            return found
    ranked = [np.argsort(row)[::-1][:top] for row in np.asarray(preds)]
    return [
        [(f'n{index:08}', f'class_{index}', row[index]) for index in indices]
        for row, indices in zip(np.asarray(preds), ranked)
    ]


def _legacy_module(name: str) -> types.SimpleNamespace:
    module = getattr(keras.applications, name)
    contents = {key: value for key, value in vars(module).items() if not key.startswith('_')}
    for key, value in contents.items():
        if is_builder(value):
            contents[key] = legacy_builder(value)
    contents['decode_predictions'] = decode_predictions
    return types.SimpleNamespace(**contents)


def is_builder(value: Any) -> bool:
    """Return whether something in keras.applications builds a model."""
    return callable(value) and getattr(value, '__name__', '_')[0].isupper()


MODULES = {name: _legacy_module(name) for name in _MODULES if hasattr(keras.applications, name)}
