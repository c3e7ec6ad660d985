"""Files written whole or not at all, files opened for reading, and their digests."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .errors import OutputExistsError, OutputWriteError

CHUNK_BYTES = 1 << 20

KINDS = {
    stat.S_IFIFO: 'a pipe',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
    stat.S_IFSOCK: 'a socket',
}

_unfinished: set[Path] = set()
_may_begin = threading.Lock()


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
    temporary = path.with_name(f'.{secrets.token_hex(8)}{path.suffix}')  # short: names have a limit
    with _may_begin:
        _unfinished.add(temporary)
    try:
        yield temporary
        _flush(temporary, os.O_RDWR)
        _publish(temporary, path, overwrite)
        _flush_folder(path.parent)
    except OSError as error:
        raise OutputWriteError(f'Cannot write {path}: {error.strerror or error}') from error
    finally:
        _remove(temporary)
        _unfinished.discard(temporary)


def abandon_unfinished() -> None:
    """Remove the temporary files of all writers, and let none begin: the process is about to end."""
    _may_begin.acquire()
    for temporary in list(_unfinished):
        _remove(temporary)


def already_exists(path: Path) -> OutputExistsError:
    """Return the error for an output that is in the way."""
    return OutputExistsError(f'{path} exists already. Expected a new name, or --force to replace it.')


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
