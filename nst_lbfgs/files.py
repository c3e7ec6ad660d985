"""Files written whole or not at all, files opened for reading, and their digests."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from .errors import OutputExistsError, OutputWriteError
from .machine.sudden_end import undone_if_sudden

CHUNK_BYTES = 1 << 20
PROBE_BYTES = 1 << 16
TEMPORARY = '.nst-lbfgs-'

_mark: ContextVar[str] = ContextVar('_mark', default='')

KINDS = {
    stat.S_IFIFO: 'a pipe',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
    stat.S_IFSOCK: 'a socket',
}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal. Raises OSError if it cannot be read."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def open_regular(path: Path) -> BinaryIO:
    """Open an ordinary file for reading; links to one count. Raises OSError for anything else.

    A pipe, a device or a socket could be waited for without end, or has no end.
    """
    try:
        _require_regular(path, os.stat(path))  # before opening: that alone moves a tape
        file = open(path, 'rb', opener=_open_at_once)
    except ValueError as error:  # a name with a null character, or that the system has no bytes for
        raise OSError(errno.EINVAL, f'no file can have such a name: {error}', path) from error
    try:
        _require_regular(path, os.fstat(file.fileno()))
    except OSError:
        file.close()
        raise
    return file


def write_whole(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write `data` to `path` so that no reader, and no crash, ever sees half of it.

    Raises OutputExistsError if the file exists and `overwrite` is false, OutputWriteError if
    it cannot be written.
    """
    with whole_file(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(data)


@contextmanager
def whole_file(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield a temporary path beside `path`, with its extension; on success it becomes `path`.

    The data are flushed to disk before the name appears. Whatever goes wrong, the temporary
    file is removed and `path` is as it was. Errors as in `write_whole`.
    """
    if not overwrite and os.path.lexists(path):
        raise already_exists(path)
    with undone_if_sudden(lambda: _temporary_beside(path), _remove) as temporary:
        try:
            yield temporary
            _flush(temporary, os.O_RDWR)
            _publish(temporary, path, overwrite)
            _flush_folder(path.parent)
        except OSError as error:
            raise OutputWriteError(f'Cannot write {path}: {error.strerror or error}') from error
        finally:
            _remove(temporary)


@contextmanager
def marked_temporaries(lock: Path) -> Iterator[None]:
    """Remove the temporary files that whoever held a lock file before has left; mark those of the block.

    Only for the holder of the lock, whose name is the mark: others' temporary files stay.
    """
    mark = f'{hashlib.sha256(os.fsencode(lock.name)).hexdigest()[:12]}-'
    with suppress(OSError):
        for name in os.listdir(lock.parent):
            if name.startswith(TEMPORARY + mark):
                _remove(lock.with_name(name))
    before = _mark.set(mark)
    try:
        yield
    finally:
        _mark.reset(before)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Yield a folder for temporary files that does not outlive the block. Raises OSError."""
    with undone_if_sudden(
        lambda: tempfile.TemporaryDirectory(prefix=prefix), tempfile.TemporaryDirectory.cleanup
    ) as folder:
        with folder as name:
            yield Path(name)


def check_place(path: Path, *, overwrite: bool) -> None:
    """Find out whether a file can be put at `path`, before hours go into making it.

    Raises OutputExistsError if one exists and `overwrite` is false; OutputWriteError if there is no such
    folder, if the name is too long, or if a folder, a device or the like is there.
    """
    if not os.path.isdir(path.parent):
        raise OutputWriteError(f'Cannot write {path}: there is no folder {path.parent}')
    if os.path.isdir(path):
        raise OutputWriteError(f'Cannot write {path}: it is a folder')
    mode = _mode_of(_temporary_beside(path), path) or _mode_of(path, path)
    if mode is None:
        return
    if not overwrite:
        raise already_exists(path)
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise OutputWriteError(f'Cannot write {path}: it is not an ordinary file')


def check_room(path: Path) -> None:
    """Raise OutputWriteError unless a small file can be written in the folder of `path`."""
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError | ValueError) -> OutputWriteError:
    """Return the error for an output, with the reason that the system gives."""
    reason = error.strerror if isinstance(error, OSError) else None
    return OutputWriteError(f'Cannot write {path}: {reason or error}')


def already_exists(path: Path) -> OutputExistsError:
    """Return the error for an output that is in the way."""
    return OutputExistsError(f'{path} exists already. Expected a new name, or --force to replace it.')


def _mode_of(path: Path, wanted: Path) -> int | None:
    """Return the mode of what is at `path`, or None; the error for a name that cannot be says `wanted`."""
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # too long, or with a null character
        raise cannot_write(wanted, error) from error


def _temporary_beside(path: Path) -> Path:
    """Return a new name, short whatever the name of `path`, for names have a limit."""
    return path.with_name(f'{TEMPORARY}{_mark.get()}{secrets.token_hex(8)}{path.suffix}')


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, 'O_NONBLOCK', 0))  # a pipe may have come meanwhile


def _require_regular(path: Path, status: os.stat_result) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if kind != stat.S_IFREG:
        found = KINDS.get(kind, 'something else')
        raise OSError(errno.EINVAL, f'it is {found}. Expected an ordinary file', path)


def _publish(temporary: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        os.replace(temporary, path)
        return
    try:
        os.link(temporary, path)  # unlike a rename, fails if another process was first
    except FileExistsError:
        raise already_exists(path) from None
    except OSError:  # a file system without hard links
        os.replace(temporary, path)


def _remove(temporary: Path) -> None:
    with suppress(OSError):  # a folder that is gone or cannot be written has nothing to remove
        temporary.unlink()


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    if os.name == 'posix':  # elsewhere a folder cannot be opened
        _flush(folder, os.O_RDONLY)
