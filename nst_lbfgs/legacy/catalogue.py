"""The old names that are supported, as plain data: what `--check` reads, without TensorFlow."""

from __future__ import annotations

BACKEND = frozenset(
    """
abs all any arange argmax argmin backend batch_dot batch_flatten batch_get_value
batch_normalization batch_set_value bias_add binary_crossentropy cast cast_to_floatx
categorical_crossentropy clear_session clip concatenate constant conv2d cos count_params cumprod
cumsum depthwise_conv2d dot dropout dtype elu epsilon equal eval exp expand_dims eye flatten floatx
function gather get_session get_uid get_value gradients greater greater_equal hard_sigmoid identity
image_data_format image_dim_ordering in_test_phase in_train_phase int_shape is_keras_tensor
is_placeholder is_sparse is_tensor l2_normalize learning_phase less less_equal log logsumexp
manual_variable_initialization map_fn max maximum mean min minimum moving_average_update name_scope
ndim not_equal one_hot ones ones_like permute_dimensions placeholder pool2d pow print_tensor prod
random_binomial random_normal random_normal_variable random_uniform random_uniform_variable relu
repeat repeat_elements reset_uids reshape resize_images reverse round separable_conv2d set_epsilon
set_floatx set_image_data_format set_image_dim_ordering set_learning_phase set_session set_value
shape sigmoid sign sin slice softmax softplus softsign spatial_2d_padding sqrt square squeeze stack
std stop_gradient sum switch tan tanh tile transpose truncated_normal update update_add update_sub
var variable zeros zeros_like
""".split()
)

# Functions of the old backend that are not here, and what does the same today.
UNSUPPORTED = {
    'conv1d': 'keras.ops.conv',
    'conv3d': 'keras.ops.conv',
    'pool3d': 'keras.ops.max_pool',
    'conv2d_transpose': 'keras.layers.Conv2DTranspose',
    'conv3d_transpose': 'keras.layers.Conv3DTranspose',
    'ctc_batch_cost': 'keras.ops.ctc_loss',
    'ctc_decode': 'keras.ops.ctc_decode',
    'ctc_label_dense_to_sparse': 'keras.ops.ctc_loss',
    'deconv2d': 'keras.layers.Conv2DTranspose',
    'foldl': 'tf.foldl',
    'foldr': 'tf.foldr',
    'get_variable_shape': 'K.int_shape',
    'in_top_k': 'keras.ops.in_top_k',
    'local_conv1d': 'keras.ops.conv',
    'local_conv2d': 'keras.ops.conv',
    'normalize_batch_in_training': 'keras.ops.moments',
    'resize_volumes': 'keras.ops.repeat',
    'rnn': 'keras.layers.RNN',
    'separable_conv1d': 'keras.ops.separable_conv',
    'slice_arrays': "NumPy's slices",
    'sparse_categorical_crossentropy': 'keras.losses.sparse_categorical_crossentropy',
    'spatial_3d_padding': 'keras.ops.pad',
    'temporal_padding': 'keras.ops.pad',
    'to_dense': 'tf.sparse.to_dense',
}

# Modules that Keras 3 no longer has, and the one that holds the same names today.
MOVED_MODULES = {
    **{
        f'keras.layers.{name}': 'keras.layers'
        for name in (
            'advanced_activations',
            'convolutional',
            'core',
            'embeddings',
            'local',
            'merge',
            'noise',
            'normalization',
            'pooling',
            'recurrent',
            'wrappers',
        )
    },
    **{
        f'keras.utils.{name}': 'keras.utils'
        for name in (
            'conv_utils',
            'data_utils',
            'generic_utils',
            'io_utils',
            'layer_utils',
            'np_utils',
            'vis_utils',
            'visualize_util',
        )
    },
    **{
        f'keras.engine{name}': 'keras.layers'
        for name in ('', '.base_layer', '.input_layer', '.network', '.topology', '.training')
    },
    'keras.backend': 'keras.backend',
    'keras.backend.common': 'keras.backend',
    'keras.backend.tensorflow_backend': 'keras.backend',
    'keras.objectives': 'keras.losses',
    'keras.preprocessing.image': 'keras.preprocessing.image',
}

SCIPY_MISC = frozenset(
    ('bytescale', 'fromimage', 'imfilter', 'imread', 'imresize', 'imrotate', 'imsave', 'toimage')
)

# Removed names of NumPy, with what they were.
NUMPY = {
    'Inf': 'inf',
    'Infinity': 'inf',
    'NAN': 'nan',
    'NINF': '-inf',
    'NaN': 'nan',
    'PINF': 'inf',
    'alltrue': 'all',
    'asfarray': 'asarray',
    'asscalar': 'item',
    'bool': 'bool_',
    'cast': 'astype',
    'complex': 'complex',
    'complex_': 'complex128',
    'cumproduct': 'cumprod',
    'float': 'float',
    'float_': 'float64',
    'in1d': 'isin',
    'int': 'int',
    'long': 'int',
    'object': 'object',
    'product': 'prod',
    'rank': 'ndim',
    'round_': 'round',
    'row_stack': 'vstack',
    'sometrue': 'any',
    'str': 'str',
    'trapz': 'trapezoid',
    'unicode': 'str',
    'unicode_': 'str_',
}

# Removed names of Pillow's Image module.
PILLOW = {'ANTIALIAS': 'LANCZOS', 'CUBIC': 'BICUBIC', 'LINEAR': 'BILINEAR'}

# TensorFlow 1's names that are given a meaning under TensorFlow 2.
TENSORFLOW = frozenset(
    (
        'ConfigProto',
        'GPUOptions',
        'InteractiveSession',
        'Print',
        'Session',
        'get_default_session',
        'global_variables_initializer',
        'initialize_all_variables',
        'log',
        'logging',
        'placeholder',
        'reset_default_graph',
        'set_random_seed',
        'to_float',
        'to_int32',
        'variable_scope',
        'disable_eager_execution',
        'disable_v2_behavior',
        'enable_eager_execution',
    )
)
