"""The same bytes from the same run: TensorFlow's operations made deterministic."""

from __future__ import annotations

import tensorflow as tf

from ..errors import StyleTransferError


def make_deterministic(threads: int) -> None:
    """Make TensorFlow compute the same bits every time, with `threads` threads within an operation.

    Sums depend on how they are divided among threads, so that number must not vary. Raises
    StyleTransferError if TensorFlow has computed something already with another number.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError as error:
        raise StyleTransferError(
            f'Expected to be asked for determinism before TensorFlow is used. Received: {error}'
        ) from error
    tf.config.experimental.enable_op_determinism()
