"""TensorFlow 1's names, as plain data: what is supported and what is not, without loading TensorFlow."""

from __future__ import annotations

# What a script is recognised by that builds a graph of TensorFlow's own and runs it in a session.
GRAPH = frozenset(
    """
ConfigProto Graph GraphDef InteractiveSession Session app assign contrib flags get_collection
get_variable global_variables_initializer gradients import_graph_def initialize_all_variables layers
placeholder trainable_variables
""".split()
)
# Those of them that Keras's symbolic tensors do not answer: with any of these a script that also uses
# Keras needs a graph.
GRAPH_BESIDE_KERAS = frozenset(
    """
GraphDef assign contrib get_collection get_variable gradients import_graph_def layers
trainable_variables
""".split()
)
# With a variable of TensorFlow's own, these need a graph too.
RUNS_VARIABLES = frozenset(
    """
InteractiveSession Session get_session global_variables_initializer initialize_all_variables
variables_initializer
""".split()
)
EAGER = frozenset(('enable_eager_execution', 'contrib.eager'))

# Names that TensorFlow 1.0 renamed, with what they are called since.
RENAMED = {
    'all_variables': 'global_variables',
    'audio_summary': 'summary.audio',
    'batch_matmul': 'matmul',
    'complex_abs': 'abs',
    'histogram_summary': 'summary.histogram',
    'image_summary': 'summary.image',
    'initialize_all_variables': 'global_variables_initializer',
    'initialize_local_variables': 'local_variables_initializer',
    'initialize_variables': 'variables_initializer',
    'inv': 'reciprocal',
    'listdiff': 'setdiff1d',
    'merge_all_summaries': 'summary.merge_all',
    'merge_summary': 'summary.merge',
    'mul': 'multiply',
    'neg': 'negative',
    'pack': 'stack',
    'scalar_summary': 'summary.scalar',
    'select': 'where',
    'sub': 'subtract',
    'train.SummaryWriter': 'summary.FileWriter',
    'unpack': 'unstack',
}

# TensorFlow's modules to which a script that uses Keras gets the names back that version 1 had in them.
RESTORED_MODULES = (
    'debugging',
    'image',
    'linalg',
    'losses',
    'math',
    'nn',
    'random',
    'sets',
    'strings',
    'summary',
    'train',
)

LAYERS = frozenset(
    """
AveragePooling2D BatchNormalization Conv2D Conv2DTranspose Dense Dropout Flatten MaxPooling2D
average_pooling2d batch_normalization conv2d conv2d_transpose dense dropout flatten max_pooling2d
""".split()
)
CONTRIB_OPT = frozenset(('ExternalOptimizerInterface', 'ScipyOptimizerInterface'))
# Modules of tf.contrib that are other modules today.
CONTRIB_MOVED = {
    'data': 'data',
    'eager': 'compat.v1',
    'image': 'image',
    'keras': 'keras',
    'losses': 'losses',
    'metrics': 'metrics',
    'summary': 'summary',
}
CONTRIB_LAYERS = frozenset(
    """
avg_pool2d batch_norm conv2d convolution convolution2d dropout flatten fully_connected instance_norm
l1_regularizer l2_regularizer linear max_pool2d repeat softmax variance_scaling_initializer
xavier_initializer xavier_initializer_conv2d
""".split()
)
CONTRIB_FRAMEWORK = frozenset(('add_arg_scope', 'arg_scope', 'get_or_create_global_step'))
CONTRIB_SLIM = CONTRIB_LAYERS | CONTRIB_FRAMEWORK
_CONTRIB = {
    'framework': CONTRIB_FRAMEWORK,
    'layers': CONTRIB_LAYERS,
    'opt': CONTRIB_OPT,
    'slim': CONTRIB_SLIM,
}

# Parts of TensorFlow that version 2 left out, and that a script of version 1's is given.
_GIVEN = frozenset(('app', 'flags', 'train', *RENAMED)) | GRAPH


def problem_of(name: str) -> str | None:
    """Return why something of TensorFlow 1's is not supported: '' if it is, None if it is not known.

    name: as a script has it after `tf.`, such as 'contrib.opt.ScipyOptimizerInterface'.
    """
    root, *rest = name.split('.')
    if root == 'contrib' and rest:
        return _problem_in_contrib(rest)
    if root == 'layers' and rest and rest[0] not in LAYERS:
        return 'TensorFlow 2 left it out; use tf.nn instead'
    return '' if root in _GIVEN else None


def _problem_in_contrib(rest: list[str]) -> str:
    part = rest[0]
    known = part in CONTRIB_MOVED or (part in _CONTRIB and (not rest[1:] or rest[1] in _CONTRIB[part]))
    return '' if known else 'TensorFlow 2 left it out'
