"""TensorFlow imported without its chatter on the terminal."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


def import_tensorflow(*, verbose: bool) -> None:
    """Import TensorFlow and Keras, on TensorFlow; unless `verbose`, keep their log off the terminal.

    Some of the log is written by C++ before any setting is read, so the standard error stream
    itself is turned away during the import. If the import fails, what was held back is shown.
    """
    os.environ['KERAS_BACKEND'] = 'tensorflow'
    # TensorFlow itself turns oneDNN on only for processors with AVX-512 VNNI. Elsewhere it is as fast and
    # takes an eighth less memory, and only it convolves channels-first features on a processor.
    os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
    if not verbose:
        os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
    with _held_back_stderr(enabled=not verbose):
        import keras  # noqa: F401
        import tensorflow  # noqa: F401


@contextmanager
def _held_back_stderr(*, enabled: bool) -> Iterator[None]:
    if not enabled:
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(terminal, log.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
