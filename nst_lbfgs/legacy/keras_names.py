"""Old Keras's functions that Keras 3 has in another shape, or no longer."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any

import keras

from .applications import vgg19_weights
from .backend.state import data_format_named
from .model_class import Model
from .old_weights import (
    convert_all_kernels_in_model,
    convert_dense_weights_data_format,
    convert_kernel,
    random_file,
)
from .settings import RANDOM_WEIGHTS, SETTINGS
from .tensors import Tensor, ancestry, bind, is_input, keras_input, operation_of

# Keras 3's own, taken here: within `old_names` the public names are ours.
_array_to_img, _get_file = keras.utils.array_to_img, keras.utils.get_file
_img_to_array, _load_img = keras.utils.img_to_array, keras.utils.load_img
_VGG19_FILE = 'vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5'


def Input(
    shape: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    dtype: str | None = None,
    sparse: bool = False,
    tensor: Any = None,
    **kwargs: Any,
) -> Tensor:
    """Return a model's input; with `tensor`, one that stands for that tensor."""
    if tensor is not None:
        return bind(name, tensor, batch_shape)
    batch_shape = kwargs.pop('batch_input_shape', batch_shape)
    if batch_shape is not None:
        return keras_input(batch_shape=tuple(batch_shape), name=name, dtype=dtype)
    return keras_input(shape, name=name, dtype=dtype, **kwargs)


def load_img(path: Any, grayscale: bool | str = False, target_size: Any = None, **kwargs: Any) -> Any:
    """Return a picture as a Pillow image, resized to `target_size` (rows, columns) if given.

    Keras 1 had `grayscale` where Keras 2 and 3 have `color_mode`.
    """
    if isinstance(grayscale, str):
        kwargs.setdefault('color_mode', grayscale)
    elif grayscale:
        kwargs['color_mode'] = 'grayscale'
    return _load_img(path, target_size=target_size, **kwargs)


def img_to_array(
    img: Any, data_format: str | None = None, dtype: str | None = None, *, dim_ordering: str | None = None
) -> Any:
    """Return a Pillow image as a float array, channels where the data format says."""
    order = data_format_named(_given(data_format or dim_ordering))
    return _img_to_array(img, order, dtype)


def array_to_img(
    x: Any,
    data_format: str | None = None,
    scale: bool = True,
    dtype: str | None = None,
    *,
    dim_ordering: str | None = None,
) -> Any:
    """Return an array as a Pillow image, scaled to its range unless `scale` is false."""
    order = data_format_named(_given(data_format or dim_ordering))
    return _array_to_img(x, order, scale, dtype)


def _given(name: str | None) -> str | None:
    return None if name == 'default' else name


def get_file(fname: str | None = None, origin: str | None = None, **kwargs: Any) -> Any:
    """Return a downloaded file's path, as Keras does.

    Keras's own VGG19 weights are the ones that `configure` chose; with random weights, any
    network's weights file is answered with a stand-in that `load_weights` knows.
    """
    kwargs.pop('untar', None)
    if fname == _VGG19_FILE:
        path = vgg19_weights()
        return random_file() if path == RANDOM_WEIGHTS else path
    if SETTINGS.weights == RANDOM_WEIGHTS and fname and fname.endswith('.h5'):
        return random_file()
    return _get_file(fname, origin, **kwargs)


def Deconvolution2D(nb_filter: int, nb_row: int, nb_col: int, output_shape: Any = None, **kwargs: Any) -> Any:
    """Return Keras 1's transposed convolution; its output shape follows from the rest."""
    return keras.layers.Conv2DTranspose(nb_filter, (nb_row, nb_col), **kwargs)


_MERGES: dict[str, Callable[..., Any]] = {
    'sum': keras.layers.add,
    'mul': keras.layers.multiply,
    'ave': keras.layers.average,
    'max': keras.layers.maximum,
    'concat': keras.layers.concatenate,
    'dot': keras.layers.dot,
}


def merge(
    inputs: Sequence[Any],
    mode: str = 'sum',
    concat_axis: int = -1,
    dot_axes: Any = -1,
    name: str | None = None,
    **_ignored: Any,
) -> Any:
    """Return tensors joined in one of Keras 1's ways: sum, mul, ave, max, concat or dot."""
    if mode not in _MERGES:
        raise ValueError(f'Expected a mode of {sorted(_MERGES)}. Received: {mode!r}')
    extra = {'concat': {'axis': concat_axis}, 'dot': {'axes': dot_axes}}.get(mode, {})
    return _MERGES[mode](list(inputs), name=name, **extra)


def get_source_inputs(tensor: Tensor, *_layer_and_index: Any) -> list[Tensor]:
    """Return the tensors that a tensor's layers begin with; itself, if no layer made it."""
    return [found for found in ancestry([tensor], _begins_layers) if _begins_layers(found)]


def _begins_layers(tensor: Tensor) -> bool:
    return is_input(tensor) or not isinstance(operation_of(tensor), keras.layers.Layer)


class CallableModule(types.ModuleType):
    """`keras.layers.merge`: a function in Keras 1, a module in Keras 2."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return merge(*args, **kwargs)


IMAGE: dict[str, Any] = {'array_to_img': array_to_img, 'img_to_array': img_to_array, 'load_img': load_img}
LAYERS: dict[str, Any] = {
    'AtrousConvolution2D': keras.layers.Conv2D,
    'Deconvolution2D': Deconvolution2D,
    'Input': Input,
    'InputSpec': keras.InputSpec,
    'Layer': keras.layers.Layer,
    'Model': Model,
    'Sequential': keras.Sequential,
}
UTILS: dict[str, Any] = {
    'convert_all_kernels_in_model': convert_all_kernels_in_model,
    'convert_dense_weights_data_format': convert_dense_weights_data_format,
    'convert_kernel': convert_kernel,
    'get_file': get_file,
    'plot': keras.utils.plot_model,
    'Progbar': keras.utils.Progbar,
}
