"""Runs a script with TensorFlow 1 in place of today's TensorFlow, if that is what it is written for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from absl import flags

from ..layer_names import asks_for_old_resnet50, counted_from
from ..replacements import replace
from ..settings import SETTINGS
from ..source import Cell
from . import behaviour, keras_calls, namespace, published_weights, session
from .recognition import imports_keras_itself, trees_of, way_of_computing


@contextmanager
def version_1_names(path: Path, cells: list[Cell]) -> Iterator[None]:
    """Within this context, within `old_names`, a script that wants it finds TensorFlow 1."""
    trees = trees_of(path, cells)
    way = way_of_computing(trees)
    with ExitStack() as undo:
        itself = imports_keras_itself(trees)
        undo.enter_context(counted_from(int(itself)))
        replace(undo, SETTINGS, 'old_resnet50', itself or asks_for_old_resnet50(trees))
        if way in ('graph', 'eager'):
            undo.enter_context(behaviour.version_1_behaviour(eager=way == 'eager'))
            namespace.install(undo)
        if way == 'graph':
            keras_calls.keep_outside(undo)
        if way == 'ported':
            replace(undo, SETTINGS, 'tensorflow_1_shapes', False)
            namespace.give_back_compat(undo)
        undo.enter_context(session.closed_in_the_end())
        undo.enter_context(_flags_of_its_own())
        published_weights.stand_in(undo, trees)
        yield


@contextmanager
def _flags_of_its_own() -> Iterator[None]:
    """Forget the flags that a script defines (`tf.app.flags`): they are the whole process's."""
    before = set(flags.FLAGS)
    try:
        yield
    finally:
        for name in set(flags.FLAGS) - before:
            delattr(flags.FLAGS, name)
        flags.FLAGS.unparse_flags()
