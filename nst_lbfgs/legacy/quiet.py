"""TensorFlow's start-up chatter, kept off the terminal."""

from __future__ import annotations

import os

from ..quiet import silent_stderr


def import_tensorflow_quietly() -> None:
    """Import TensorFlow and Keras without the lines that they write while loading.

    These come from C++, before anything can be set, and go to the process's standard error.
    """
    os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')  # for channels-first convolutions on every processor
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
    with silent_stderr():
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
