"""One run at a time for a prefix: a lock that the system lets go of when its process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nst_lbfgs.errors import OutputError, OutputWriteError


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, and remove it at the end.

    The file alone means nothing: a run that was killed leaves it behind, unlocked. Raises
    OutputError if another process holds it, OutputWriteError if it cannot be made.
    """
    lock = FileLock(path)
    _acquire(lock, path)
    try:
        yield
    finally:
        with suppress(OSError):  # an unlocked file that stays is in nobody's way
            path.unlink()  # before the release: later it may be the file of the next run
        lock.release()


def _acquire(lock: FileLock, path: Path) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        if not path.exists():
            raise OutputWriteError(f'Cannot make the lock file {path}') from error
        raise OutputError(
            f'Another run is writing to {path.with_suffix("")}: it holds {path}. '
            'Expected a prefix of its own for each run.'
        ) from error
    except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
        raise OutputWriteError(f'Cannot lock {path}: {getattr(error, "strerror", None) or error}') from error
