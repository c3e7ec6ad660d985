"""Old names of SciPy, NumPy, Pillow and TensorFlow that are supported, as plain data.

What `--check` reads, without TensorFlow; old Keras has its list in `old_names`.
"""

from __future__ import annotations

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
        'Graph',
        'get_default_graph',
        'InteractiveSession',
        'Session',
        'get_default_session',
        'global_variables_initializer',
        'initialize_all_variables',
        'placeholder',
        'reset_default_graph',
        'disable_eager_execution',
        'disable_v2_behavior',
        'enable_eager_execution',
    )
)
