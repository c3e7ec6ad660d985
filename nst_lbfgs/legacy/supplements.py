"""Old names that neither Keras 3 nor another package has: module by module, and for all ('*')."""

from __future__ import annotations

import builtins
from typing import Any

import keras

from . import backend, old_configs, small_functions
from .backend.state import data_format_named
from .keras_names import IMAGE, LAYERS, UTILS, get_source_inputs, merge
from .model_class import Model

_LOSSES: dict[str, Any] = {
    **dict.fromkeys(('mse', 'MSE'), keras.losses.mean_squared_error),
    **dict.fromkeys(('mae', 'MAE'), keras.losses.mean_absolute_error),
    **dict.fromkeys(('mape', 'MAPE'), keras.losses.mean_absolute_percentage_error),
    **dict.fromkeys(('msle', 'MSLE'), keras.losses.mean_squared_logarithmic_error),
    **dict.fromkeys(('kld', 'KLD', 'kullback_leibler_divergence'), keras.losses.kl_divergence),
    **dict.fromkeys(('cosine', 'cosine_proximity'), small_functions.cosine_proximity),
    'huber_loss': keras.losses.huber,
    'logcosh': keras.losses.log_cosh,
    'accuracy': keras.metrics.binary_accuracy,
}
_INITIALIZERS: dict[str, Any] = {
    'normal': keras.initializers.RandomNormal,
    'one': keras.initializers.Ones,
    'uniform': keras.initializers.RandomUniform,
    'zero': keras.initializers.Zeros,
}
_INITIALISATIONS = (
    'glorot_normal glorot_uniform he_normal he_uniform identity lecun_uniform '
    'normal one orthogonal uniform zero'
)
_REGULARIZERS: dict[str, Any] = {
    'ActivityRegularizer': keras.regularizers.L1L2,
    'L1L2Regularizer': keras.regularizers.L1L2,
    'WeightRegularizer': keras.regularizers.L1L2,
    'activity_l1': keras.regularizers.L1,
    'activity_l1l2': keras.regularizers.L1L2,
    'activity_l2': keras.regularizers.L2,
    'l1l2': keras.regularizers.L1L2,
}
_CONSTRAINTS: dict[str, Any] = {
    'maxnorm': keras.constraints.MaxNorm,
    'nonneg': keras.constraints.NonNeg,
    'unitnorm': keras.constraints.UnitNorm,
}
_OPTIMIZERS: dict[str, Any] = {
    name.lower(): getattr(keras.optimizers, name)
    for name in ('Adadelta', 'Adagrad', 'Adam', 'Adamax', 'Nadam', 'RMSprop', 'SGD')
}
_BACKEND: dict[str, Any] = {
    'get_variable_shape': backend.int_shape,
    'is_symbolic': backend.is_tensor,
    'is_variable': backend.is_variable,
    'lesser': backend.less,
    'lesser_equal': backend.less_equal,
    'normalize_axis': lambda axis, ndim: tuple(axis) if isinstance(axis, (list, tuple)) else axis % ndim,
    'pack': backend.stack,
    'size': backend.size,
    'tf_major_version': 1,
    'tf_minor_version': 15,
}
_HELPERS: dict[str, Any] = {
    name: getattr(small_functions, name)
    for name in (
        'ThresholdedReLU',
        'categorical_probas_to_classes',
        'conv_input_length',
        'conv_output_length',
        'get_fans',
        'has_arg',
        'is_all_none',
        'list_pictures',
        'make_tuple',
        'normalize_padding',
        'normalize_tuple',
        'object_list_uid',
        'print_summary',
        'probas_to_classes',
        'to_list',
        'transpose_shape',
        'unpack_singleton',
    )
}
_EVERYWHERE: dict[str, Any] = {
    **LAYERS,
    **IMAGE,
    **UTILS,
    **_HELPERS,
    **_CONSTRAINTS,
    'ActivityRegularizer': keras.regularizers.L1L2,
    'AtrousConv1D': keras.layers.Conv1D,
    'AtrousConv2D': keras.layers.Conv2D,
    'AtrousConvolution1D': keras.layers.Conv1D,
    'Container': Model,
    'CuDNNGRU': keras.layers.GRU,
    'CuDNNLSTM': keras.layers.LSTM,
    'Deconv2D': LAYERS['Deconvolution2D'],
    'Network': Model,
    'container_from_config': old_configs.model_from_config,
    'layer_from_config': old_configs.layer_from_config,
    'model_from_config': old_configs.model_from_config,
    'model_from_json': old_configs.model_from_json,
    'get_source_inputs': get_source_inputs,
    'merge': merge,
    'load_batch': keras.src.datasets.cifar.load_batch,
    'normalize_data_format': data_format_named,
    'range': builtins.range,
    'relu6': keras.activations.relu6,
    'zip': builtins.zip,
}

_layers = keras.src.layers
_CONVOLUTIONS = {'_Conv': _layers.convolutional.base_conv.BaseConv}
_POOLING = {f'_Pooling{n}D': _layers.pooling.base_pooling.BasePooling for n in (1, 2, 3)}
_MERGING = {'_Merge': _layers.merging.base_merge.Merge}

# Besides public names: classes within, which other packages (keras-vis for one) compare with.
SUPPLEMENTS: dict[str, dict[str, Any]] = {
    '*': _EVERYWHERE,
    'keras.applications.imagenet_utils': {
        '_obtain_input_shape': keras.src.applications.imagenet_utils.obtain_input_shape
    },
    'keras.backend': _BACKEND,
    'keras.backend.load_backend': _BACKEND,
    'keras.backend.tensorflow_backend': _BACKEND,
    'keras.initializations': {
        name: small_functions.initialisation(name) for name in _INITIALISATIONS.split()
    },
    'keras.initializers': _INITIALIZERS,
    'keras.layers.convolutional': _CONVOLUTIONS,
    'keras.layers.merge': _MERGING,
    'keras.layers.pooling': _POOLING,
    'keras.losses': _LOSSES,
    'keras.metrics': _LOSSES,
    'keras.objectives': _LOSSES,
    'keras.optimizers': _OPTIMIZERS,
    'keras.regularizers': _REGULARIZERS,
}
