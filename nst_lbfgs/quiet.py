"""Keeps what C libraries print off the terminal, above all TensorFlow while it is imported."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, nullcontext, suppress

from .child_process import python_command
from .errors import BackendError
from .machine.address_space import TENSORFLOW, check_address_space
from .machine.sudden_end import undone_if_sudden

STDERR = 2
HOLDER_SECONDS = 10


def import_tensorflow(*, verbose: bool = False) -> None:
    """Import TensorFlow and Keras, on TensorFlow whatever KERAS_BACKEND and keras.json say.

    Unless `verbose`, what they print is kept off the terminal, and shown only if the import fails.
    Raises BackendError, in one line, if they cannot be imported, InsufficientMemoryError if there is too
    little address space for them.
    """
    set_environment(os.environ, verbose=verbose)
    if {'keras', 'tensorflow'} <= set(sys.modules):
        return
    check_address_space(TENSORFLOW, 'TensorFlow')
    try:
        with nullcontext() if verbose else held_back_stderr():
            import keras  # noqa: F401
            import tensorflow  # noqa: F401
    except Exception as error:  # a library that is missing, of another version, or a broken keras.json
        raise BackendError(
            f'TensorFlow and Keras cannot be imported: {_in_one_line(error)}{_settings_file(error)}'
        ) from error


def set_environment(environment: MutableMapping[str, str], *, verbose: bool) -> None:
    """Set what TensorFlow and Keras read when they are imported, where the user has not set it."""
    environment['KERAS_BACKEND'] = 'tensorflow'
    # TensorFlow itself turns oneDNN on only for processors with AVX-512 VNNI. Elsewhere it is as fast and
    # takes an eighth less memory, and only it convolves channels-first features on a processor.
    environment.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
    if not verbose:
        environment.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')


def _in_one_line(error: Exception) -> str:
    """Return what says most: TensorFlow puts a whole traceback into its message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r'\w*Error: ', line)]
    return (errors[-1] if errors else f'{type(error).__name__}: {lines[0] if lines else "no reason given"}')[
        :300
    ]


def _settings_file(error: Exception) -> str:
    """Return, as a clause, where Keras's settings are, if it has failed at reading them."""
    failed_at = (frame.filename for frame in traceback.extract_tb(error.__traceback__))
    if not any(name.endswith(os.path.join('backend', 'config.py')) for name in failed_at):
        return ''
    home = os.environ.get('KERAS_HOME') or os.path.join('~', '.keras')
    return f', in {os.path.join(os.path.expanduser(home), "keras.json")}'


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Send file descriptor 2 to nowhere: the only way to silence a library that prints to it.

    It belongs to the whole process: what other threads print to it meanwhile is lost.
    """
    with open(os.devnull, 'wb') as nowhere, _stderr_to(nowhere.fileno()):
        yield


@contextmanager
def held_back_stderr() -> Iterator[None]:
    """Show what is written to file descriptor 2 only if an exception or a crash ends the block.

    Another process holds it, for after a crash in C++ this one can print no more.
    """
    with undone_if_sudden(_start_holder, _end_holder) as holder:
        if holder is None or holder.stdin is None:
            yield
            return
        try:
            with holder.stdin as pipe, _stderr_to(pipe.fileno()):
                pipe.close()  # from here on only descriptor 2 leads there; with its end the holder prints
                with undone_if_sudden(lambda: holder, _end_holder):  # undone before descriptor 2 is
                    yield
                holder.kill()
        finally:
            with suppress(subprocess.TimeoutExpired):
                holder.wait(HOLDER_SECONDS)
            _end_holder(holder)
            holder.wait()


def _end_holder(holder: subprocess.Popen[bytes] | None) -> None:
    if holder:
        holder.kill()


def _start_holder() -> subprocess.Popen[bytes] | None:
    """Start a process that prints its standard input when that ends, unless it is killed before."""
    if sys.__stderr__ is None:
        return None
    try:
        return subprocess.Popen(
            python_command(__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is not for it
        )
    except OSError:  # no room for a process: then all is shown
        return None


@contextmanager
def _stderr_to(descriptor: int) -> Iterator[None]:
    kept = _copy_of_stderr()
    if kept is None:
        yield
        return

    def give_back(_: object = None) -> None:
        os.dup2(kept, STDERR)

    try:
        with undone_if_sudden(lambda: os.dup2(descriptor, STDERR), give_back):
            try:
                yield
            finally:
                give_back()
    finally:
        os.close(kept)


def _copy_of_stderr() -> int | None:
    """Return another descriptor of standard error, or None where there is none, as under pythonw.

    Descriptor 2 can then be some other file's.
    """
    if sys.__stderr__ is None:
        return None
    try:
        sys.__stderr__.flush()
        return os.dup(STDERR)
    except (OSError, ValueError):  # closed meanwhile
        return None


if __name__ == '__main__':  # as `_start_holder` starts it
    sys.stderr.buffer.write(sys.stdin.buffer.read())
