"""One run at a time for a prefix: a lock that the system lets go of when its process dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nst_lbfgs.errors import OutputError, OutputWriteError

if sys.platform == 'win32':
    import msvcrt

    def _try_to_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_to_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, and remove it at the end.

    The file alone means nothing: a run that was killed leaves it behind, unlocked. Raises
    OutputError if another process holds it, OutputWriteError if it cannot be made.
    """
    descriptor = _hold(path)
    try:
        yield
    finally:
        _let_go(path, descriptor)


def _hold(path: Path) -> int:
    while True:
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as error:
            raise OutputWriteError(f'Cannot write {path}: {error.strerror}') from error
        try:
            _try_to_lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if not isinstance(error, (BlockingIOError, PermissionError)):
                raise OutputWriteError(f'Cannot lock {path}: {error.strerror}') from error
            raise OutputError(
                f'Another run is writing to {path.with_suffix("")}: it holds {path}. '
                'Expected a prefix of its own for each run.'
            ) from error
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)  # its last holder has removed it meanwhile


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _let_go(path: Path, descriptor: int) -> None:
    try:
        if os.name != 'nt' and _is_still(path, descriptor):
            path.unlink()
    except OSError:
        pass  # an unlocked file in nobody's way
    os.close(descriptor)
