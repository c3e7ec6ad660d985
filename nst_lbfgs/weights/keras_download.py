"""Keras's own ImageNet weights of VGG19: its file, the file's digest, and the download."""

from __future__ import annotations

import contextlib
import hashlib
import io
import queue
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import WeightsError
from ..files import CHUNK_BYTES, open_regular, whole_file
from ..quiet import import_tensorflow

DESCRIPTION = "Keras's own ImageNet weights"
FILE_NAME = 'vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5'
MD5 = '253f8cb515780f3b799900260a226db6'
URL = f'https://storage.googleapis.com/tensorflow/keras-applications/vgg19/{FILE_NAME}'

PROBE_SECONDS = 5
STALL_SECONDS = 60


def fault_of(path: Path) -> str | None:
    """Return what is wrong with a copy of Keras's file, or None if it is whole."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with open_regular(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        return f'it cannot be read: {error.strerror or error}'
    if digest.hexdigest() == MD5:
        return None
    return f'its md5 is {digest.hexdigest()}, not {MD5}'


def fetch(path: Path, report: Callable[[str], None]) -> None:
    """Download Keras's file to `path`, whole or not at all.

    An unreachable server is noticed within seconds. Raises WeightsError in one line,
    OutputWriteError if the file cannot be written.
    """
    reason = why_unreachable(URL)
    if reason:
        raise WeightsError(f"Keras's server cannot be reached ({reason})")
    report("Downloading VGG19's weights from Keras's server (80 MB) ...")
    with whole_file(path, overwrite=True) as temporary:
        _get_file(temporary)


def why_unreachable(url: str) -> str | None:
    """Return None if a server answers for `url` within seconds, else why it does not.

    The environment's proxies apply. The question is asked in a thread because a time limit on
    a socket covers neither the look-up of the name nor the many addresses a name can have.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method='HEAD')
            urllib.request.urlopen(request, timeout=PROBE_SECONDS).close()
            answers.put(None)
        except Exception as error:  # whatever it is, the download would meet it too
            reason = ' '.join(str(error).split()) or type(error).__name__
            answers.put(reason.removeprefix('<urlopen error ').removesuffix('>')[:200])

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=PROBE_SECONDS + 0.5)
    except queue.Empty:
        return f'no answer in {PROBE_SECONDS} s'


def _get_file(path: Path) -> None:
    try:
        import_tensorflow()
        import keras

        # Keras writes straight to the final name; this name is ours alone.
        with _stalls_end(), contextlib.redirect_stdout(io.StringIO()):
            keras.utils.get_file(
                path.name,
                URL,
                cache_dir=str(path.parent),
                cache_subdir='',
                file_hash=MD5,
                hash_algorithm='md5',
            )
    except Exception as error:  # Keras raises bare Exceptions here
        reason = ' '.join(str(error).split())[:200]
        raise WeightsError(f"the download from Keras's server failed: {reason}") from error


@contextlib.contextmanager
def _stalls_end() -> Iterator[None]:
    """Give sockets a time limit, which Keras's download does not set."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
