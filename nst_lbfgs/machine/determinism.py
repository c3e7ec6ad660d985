"""The same bytes from the same run: TensorFlow's operations made deterministic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import tensorflow as tf

from ..errors import StyleTransferError
from .threads import available_cores


def make_deterministic(threads: int) -> None:
    """Make TensorFlow compute the same bits every time, with `threads` threads within an operation.

    It is for good, for the whole process, and may be called again. Sums depend on how they are divided
    among the threads within an operation, so that number must not vary. Once TensorFlow has computed
    something its threads stay as they are: raises StyleTransferError if there are not `threads` of them.
    """
    settings = tf.config.threading
    _set_while_possible(settings.set_intra_op_parallelism_threads, threads)
    _set_while_possible(settings.set_inter_op_parallelism_threads, 1)
    found = threads_of_operations()
    if found != threads:
        raise StyleTransferError(
            f'Expected {threads} threads within an operation for a deterministic run. '
            f'Received: {found}, and TensorFlow, in use already, keeps them.'
        )
    tf.config.experimental.enable_op_determinism()


def threads_of_operations() -> int:
    """Return how many threads compute within one of TensorFlow's operations."""
    return tf.config.threading.get_intra_op_parallelism_threads() or available_cores()  # 0 is its default


def _set_while_possible(setting: Callable[[int], None], threads: int) -> None:
    with suppress(RuntimeError):  # in use already
        setting(threads)
