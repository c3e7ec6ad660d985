"""The standard streams, also where they are closed or lead to a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from nst_lbfgs.errors import OutputWriteError

STDIN, STDOUT, STDERR = range(3)


def open_closed_streams() -> None:
    """Connect each standard stream that is closed to the null device.

    Otherwise the next file to be opened would get its number, and whatever a C library prints. What is
    written to standard error is lost; standard output, which is to hold results, cannot be written to:
    that raises OSError.
    """
    for descriptor in (STDIN, STDOUT, STDERR):
        try:
            os.fstat(descriptor)
        except OSError:
            mode = os.O_WRONLY if descriptor == STDERR else os.O_RDONLY
            os.set_inheritable(os.open(os.devnull, mode), True)  # the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = open(STDOUT, 'w', encoding='utf-8', closefd=False)
    if sys.stderr is None:
        sys.stderr = open(STDERR, 'w', encoding='utf-8', errors='backslashreplace', closefd=False)


def put(text: str) -> None:
    """Print a result to standard output, what has no place in its encoding as a backslash and a number.

    Raises OutputWriteError if it cannot be written to, BrokenPipeError if its reader is gone.
    """
    with _written():
        print(_printable(text), flush=True)


def _printable(text: str) -> str:
    encoding = sys.stdout.encoding or 'utf-8'
    if sys.stdout.errors != 'strict':  # as in the C locale, where a name's own bytes are printed
        return text
    return text.encode(encoding, 'backslashreplace').decode(encoding)


def flush_output() -> None:
    """Write what standard output still holds. Errors as in `put`."""
    with _written():
        sys.stdout.flush()


def discard_output() -> None:
    """Drop what standard output still holds: Python's own exit would try to write it and complain."""
    _to_null_device(sys.stdout)


def tell(text: str) -> None:
    """Print a line to standard error, or nothing if it cannot be written to."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def discard_untold() -> None:
    """Drop what standard error has not taken: Python's own exit would fail for it."""
    try:
        sys.stderr.flush()
    except OSError:
        _to_null_device(sys.stderr)


def _to_null_device(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise OutputWriteError(f'Cannot write to standard output: {error.strerror}') from error
