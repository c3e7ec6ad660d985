"""Python 2's files, in which text and bytes were the same: `open`, `StringIO.StringIO`."""

from __future__ import annotations

import io
from typing import Any

from .text import ByteString, as_bytes, is_text, native


def open(name: Any, mode: str = 'r', buffering: int = -1) -> Any:
    """Open a file as Python 2 did, with any mode of its.

    A file opened to be read as text that is no text (a picture, say) gives its bytes as they are. Files
    opened to be written take text, as UTF-8, and bytes. Errors are Python's own.
    """
    kind = mode.replace('U', '').replace('t', '') or 'r'
    reads_only = '+' not in kind and kind[0] == 'r'
    if reads_only and 'b' not in kind and _holds_text(name):
        return io.open(name, 'r', encoding='utf-8', newline=None if 'U' in mode else '\n')
    kind = kind if 'b' in kind else kind + 'b'
    raw = io.FileIO(name, kind.replace('b', ''))
    if reads_only:
        return _Reader(raw)
    return _Both(raw) if '+' in kind else _Writer(raw)


def _holds_text(name: Any) -> bool:
    with io.open(name, 'rb') as file:
        return is_text(file.read())


class _Reading:
    """Reads ByteStrings; its lines are text where they can be, as `csv` wants them."""

    def read(self: Any, size: int | None = -1) -> Any:
        return ByteString(super().read(size))  # type: ignore[misc]

    def readline(self: Any, size: int | None = -1) -> Any:
        return ByteString(super().readline(size))  # type: ignore[misc]

    def __next__(self: Any) -> Any:
        return native(super().__next__())  # type: ignore[misc]

    def readlines(self: Any, hint: int = -1) -> Any:
        return [native(line) for line in super().readlines(hint)]  # type: ignore[misc]


class _Writing:
    def write(self: Any, data: Any) -> Any:
        return super().write(_written(data))  # type: ignore[misc]

    def writelines(self: Any, lines: Any) -> None:
        for line in lines:
            self.write(line)


def _written(data: Any) -> Any:
    return data.encode('utf-8', 'surrogateescape') if isinstance(data, str) else data


class _Reader(_Reading, io.BufferedReader):
    pass


class _Writer(_Writing, io.BufferedWriter):
    pass


class _Both(_Reading, _Writing, io.BufferedRandom):
    pass


class StringIO(io.BytesIO):
    """`StringIO.StringIO` and `cStringIO.StringIO`: gives bytes once it was given bytes, until then text."""

    def __init__(self, buffer: Any = '') -> None:
        super().__init__(as_bytes(buffer) if isinstance(buffer, ByteString) else _written(buffer))
        self._is_text = isinstance(buffer, str)
        self.len = len(buffer)

    def write(self, data: Any) -> int:
        self._is_text = self._is_text and isinstance(data, str)
        return super().write(_written(data))

    def _native(self, data: bytes) -> Any:
        return data.decode('utf-8', 'surrogateescape') if self._is_text else ByteString(data)

    def getvalue(self) -> Any:
        return self._native(super().getvalue())

    def read(self, size: int | None = -1) -> Any:
        return self._native(super().read(size))

    def readline(self, size: int | None = -1) -> Any:
        return self._native(super().readline(size))

    def __next__(self) -> Any:
        return self._native(super().__next__())

    def readlines(self, hint: int | None = -1) -> Any:
        return [self._native(line) for line in super().readlines(hint)]
