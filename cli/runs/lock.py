"""One run at a time for a prefix: a lock that the system lets go of when its process dies."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nst_lbfgs.errors import OutputError, OutputExistsError, OutputWriteError
from nst_lbfgs.files import marked_temporaries
from nst_lbfgs.machine.sudden_end import undone_if_sudden

WAIT_SECONDS = 0.5


def _no_patience(path: Path) -> bool:
    return False


@contextmanager
def run_lock(path: Path, patience: Callable[[Path], bool] = _no_patience) -> Iterator[None]:
    """Hold the lock file `path`, and remove it at the end.

    While another process holds it, `patience` is asked, every half a second, whether to wait for it.

    The file alone means nothing: a run that was killed leaves it behind, unlocked. What such a run has left
    of temporary files is removed. Raises OutputError if another process holds the lock, OutputExistsError
    if a file with something in it has the name, OutputWriteError if the lock cannot be made.
    """
    lock = FileLock(path)
    with undone_if_sudden(lambda: _acquire(lock, path, patience), lambda _: path.unlink()):
        try:
            with marked_temporaries(path):
                yield
        finally:
            with suppress(OSError):  # an unlocked file that stays is in nobody's way
                path.unlink()  # before the release: later it may be the file of the next run
            lock.release()


def is_held(path: Path) -> bool:
    """Return whether a run holds the lock file `path`; one that a killed run has left is removed."""
    if not path.exists():
        return False
    try:
        with run_lock(path):
            return False
    except (OutputExistsError, OutputWriteError):  # no lock of a run, or none that it could have made
        return False
    except OutputError:
        return True


def _acquire(lock: FileLock, path: Path, patience: Callable[[Path], bool]) -> None:
    try:
        _check_it_is_ours(path)
        while not _acquired(lock, path, patience):
            time.sleep(WAIT_SECONDS)
    except Timeout as error:
        if not path.exists():
            raise OutputWriteError(f'Cannot make the lock file {path}') from error
        raise OutputError(
            f'Another run is writing to {path.with_suffix("")}: it holds {path}. '
            'Expected a prefix of its own for each run.'
        ) from error
    except (OSError, ValueError, NotImplementedError) as error:  # the last: a file system without locks
        raise OutputWriteError(f'Cannot lock {path}: {getattr(error, "strerror", None) or error}') from error


def _acquired(lock: FileLock, path: Path, patience: Callable[[Path], bool]) -> bool:
    """Return whether the lock is held now. Raises Timeout if another has it and the patience is over."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if not patience(path):
            raise
        return False
    return True


def _check_it_is_ours(path: Path) -> None:
    """Raise OutputExistsError for a file of another program, as `Cargo.lock`, which would be removed."""
    with suppress(FileNotFoundError):
        status = os.stat(path)
        if status.st_size and stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode):
            raise OutputExistsError(
                f'{path} exists already, and is no lock file of a run: it is not an empty file. '
                'Expected another PREFIX.'
            )
