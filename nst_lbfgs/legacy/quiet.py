"""TensorFlow's start-up chatter, kept off the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def import_tensorflow_quietly() -> None:
    """Import TensorFlow and Keras without the lines that they write while loading.

    These come from C++, before anything can be set, and go to the process's standard error.
    """
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
    with _standard_error_closed():
        import tensorflow  # noqa: F401
        import keras  # noqa: F401


@contextmanager
def _standard_error_closed() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, 'wb') as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
