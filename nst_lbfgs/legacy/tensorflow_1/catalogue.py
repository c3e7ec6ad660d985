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
Graph GraphDef assign contrib get_collection get_variable gradients import_graph_def layers
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

LAYERS = frozenset(
    """
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
# Modules of tf.contrib that the package tf-slim carries on.
CONTRIB_IN_TF_SLIM = ('framework', 'layers', 'slim')
CONTRIB = frozenset(('opt', *CONTRIB_MOVED, *CONTRIB_IN_TF_SLIM))
