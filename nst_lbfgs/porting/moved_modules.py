"""Modules that Keras 3 no longer has, and the one that holds the same names today."""

from __future__ import annotations

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
