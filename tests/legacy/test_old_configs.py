"""Networks in the JSON of Keras 1 and 2, alone and in HDF5 files."""

from __future__ import annotations

import copy
import json
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from nst_lbfgs.legacy.importing import old_names
from nst_lbfgs.legacy.old_configs import layer_from_config, model_from_config, model_from_json
from nst_lbfgs.legacy.patches.saving import load_model

UNIFORM = {
    'class_name': 'VarianceScaling',
    'config': {'scale': 1.0, 'mode': 'fan_avg', 'distribution': 'uniform', 'seed': None},
}
CONV = {
    'class_name': 'Conv2D',
    'config': {
        'name': 'conv2d_1', 'trainable': True, 'batch_input_shape': [None, 8, 8, 3], 'dtype': 'float32',
        'filters': 4, 'kernel_size': [3, 3], 'strides': [1, 1], 'padding': 'valid',
        'data_format': 'channels_last', 'dilation_rate': [1, 1], 'activation': 'relu', 'use_bias': True,
        'kernel_initializer': UNIFORM, 'bias_initializer': {'class_name': 'Zeros', 'config': {}},
        'kernel_regularizer': {'class_name': 'L1L2', 'config': {'l1': 0.0, 'l2': 0.01}},
        'bias_regularizer': None, 'activity_regularizer': None, 'kernel_constraint': None,
        'bias_constraint': None,
    },
}  # fmt: skip
FLAT = {'class_name': 'Flatten', 'config': {'name': 'flatten_1', 'trainable': True}}
CONVOLUTION = {
    'class_name': 'Convolution2D',
    'config': {
        'name': 'convolution2d_1', 'trainable': True, 'batch_input_shape': [None, 8, 8, 3],
        'input_dtype': 'float32', 'nb_filter': 4, 'nb_row': 3, 'nb_col': 3, 'init': 'glorot_uniform',
        'activation': 'relu', 'border_mode': 'valid', 'subsample': [1, 1], 'dim_ordering': 'tf',
        'W_regularizer': None, 'b_regularizer': None, 'activity_regularizer': None, 'W_constraint': None,
        'b_constraint': None, 'bias': True,
    },
}  # fmt: skip
DENSE = {
    'class_name': 'Dense',
    'config': {
        'name': 'dense_1', 'trainable': True, 'output_dim': 144, 'init': 'normal', 'activation': 'softmax',
        'W_regularizer': None, 'b_regularizer': None, 'bias': True, 'input_dim': None, 'input_dtype': None,
    },
}  # fmt: skip


def graph() -> dict[str, Any]:
    """Return a network of Keras 2.2's class Model."""
    shape = {'batch_input_shape': [None, 8, 8, 3], 'dtype': 'float32', 'sparse': False, 'name': 'input_1'}
    entry = {'name': 'input_1', 'class_name': 'InputLayer', 'config': shape, 'inbound_nodes': []}
    conv = {**copy.deepcopy(CONV), 'name': 'conv2d_1', 'inbound_nodes': [[['input_1', 0, 0, {}]]]}
    del conv['config']['batch_input_shape']
    flat = {**FLAT, 'name': 'flatten_1', 'inbound_nodes': [[['conv2d_1', 0, 0, {}]]]}
    ends = {'input_layers': [['input_1', 0, 0]], 'output_layers': [['flatten_1', 0, 0]]}
    return {'class_name': 'Model', 'config': {'name': 'model_1', 'layers': [entry, conv, flat], **ends}}


NETWORKS: dict[str, dict[str, Any]] = {
    'Sequential of Keras 2.2': {'class_name': 'Sequential', 'config': {'name': 's', 'layers': [CONV, FLAT]}},
    'Sequential of Keras 2.1': {'class_name': 'Sequential', 'config': [CONV, FLAT]},
    'Sequential of Keras 1': {'class_name': 'Sequential', 'config': [CONVOLUTION, FLAT, DENSE]},
    'Model': graph(),
}


@pytest.mark.parametrize('config', NETWORKS.values(), ids=NETWORKS)
def test_networks(config: dict[str, Any]) -> None:
    """Built from text or dictionary, which stays as it was; weights of their own."""
    with old_names():
        before = copy.deepcopy(config)
        model = model_from_json(json.dumps(config))
        assert model.input_shape == (None, 8, 8, 3) and model.output_shape == (None, 144)
        assert model_from_config(config).count_params() == model.count_params() and config == before
        assert model.predict(np.ones((1, 8, 8, 3)), verbose=0).shape == (1, 144)


def test_today_s_networks_and_layers() -> None:
    """Keras 3's own text is read as Keras 3 reads it; a layer alone too."""
    with old_names():
        model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
        assert model_from_json(model.to_json()).output_shape == (None, 2)
        assert layer_from_config(CONV).filters == 4
        with pytest.raises(ValueError, match='Expecting value'):
            model_from_json('no json')


def test_an_hdf5_file_of_keras_2_1(tmp_path: Any) -> None:
    """Its description is a list; weights in order, optimizer and loss as they were."""
    with old_names():
        model = model_from_config(NETWORKS['Sequential of Keras 2.1'])
        model.compile(keras.optimizers.SGD(lr=0.25), 'mse', metrics=['accuracy'])
        model.save(tmp_path / 'net')
        training = {
            'loss': 'mse', 'metrics': ['accuracy'], 'sample_weight_mode': None, 'loss_weights': None,
            'optimizer_config': {'class_name': 'SGD', 'config': {'lr': 0.25, 'momentum': 0.0, 'decay': 0.0}},
        }  # fmt: skip
        with h5py.File(tmp_path / 'net', 'r+') as file:
            file.attrs['model_config'] = json.dumps(NETWORKS['Sequential of Keras 2.1'])
            file.attrs['training_config'] = json.dumps(training)
        found = load_model(tmp_path / 'net')
        rows = np.random.default_rng(0).random((2, 8, 8, 3))
        assert np.allclose(found.predict(rows, verbose=0), model.predict(rows, verbose=0))
        assert np.isclose(float(found.optimizer.learning_rate), 0.25)
