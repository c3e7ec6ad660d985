"""Python 2's `str`, which was bytes: here text is text, and what is no text is a `ByteString`."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

_TEXT_METHODS = (
    'count endswith find index join lstrip partition replace rfind rindex rpartition rsplit rstrip '
    'split startswith strip translate'
).split()


class ByteString(bytes):
    """Bytes with which text can be mixed, as in Python 2: `data[0] == 'P'`, `data.split(',')`.

    A character of text stands for the byte of the same number. An item is a ByteString of length 1.
    """

    def __getitem__(self, key: Any) -> Any:
        return ByteString(super().__getitem__(key if isinstance(key, slice) else slice(key, key + 1 or None)))

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __add__(self, other: Any) -> ByteString:
        return ByteString(super().__add__(as_bytes(other)))

    def __radd__(self, other: Any) -> ByteString:
        return ByteString(as_bytes(other) + bytes(self))

    def __contains__(self, part: Any) -> bool:
        return super().__contains__(as_bytes(part))

    def __eq__(self, other: object) -> bool:
        return bool(bytes(self) == as_bytes(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = bytes.__hash__

    def __str__(self) -> str:
        return self.decode('latin-1')

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        return _on_text(method) if name in _TEXT_METHODS else method


def _on_text(method: Any) -> Any:
    def with_bytes(*arguments: Any) -> Any:
        return _as_native(method(*(as_bytes(argument) for argument in arguments)))

    return with_bytes


def _as_native(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_as_native(part) for part in value)
    return ByteString(value) if isinstance(value, bytes) else value


def as_bytes(value: Any) -> Any:
    """Return text as bytes (latin-1, or UTF-8 where it has other characters), and all else as it is."""
    if isinstance(value, (list, tuple)):
        return type(value)(as_bytes(part) for part in value)
    if not isinstance(value, str):
        return value
    try:
        return value.encode('latin-1')
    except UnicodeEncodeError:
        return value.encode('utf-8')


def native(data: bytes) -> Any:
    """Return bytes as text if they are text in UTF-8, else as a ByteString."""
    return data.decode('utf-8') if is_text(data) else ByteString(data)


def is_text(data: bytes) -> bool:
    """Return whether bytes are text in UTF-8."""
    try:
        return '\0' not in data.decode('utf-8')
    except UnicodeDecodeError:
        return False


def to_unicode(value: Any = '', encoding: str = 'utf-8', errors: str = 'strict') -> str:
    """Do `unicode(value, encoding)`: text is unicode already."""
    return value.decode(encoding, errors) if isinstance(value, bytes) else str(value)


def decode(value: Any, *arguments: Any, **named: Any) -> Any:
    """Do `value.decode(encoding)`: text is decoded already."""
    if isinstance(value, str) and not _is_no_text_codec(*arguments):
        return value
    if isinstance(value, (str, bytes)) and _is_no_text_codec(*arguments):
        return native(codecs.decode(as_bytes(value), arguments[0]))
    return value.decode(*arguments, **named)


def encode(value: Any, *arguments: Any, **named: Any) -> Any:
    """Do `value.encode(encoding)`: text stays text, which prints and writes as its bytes did."""
    if isinstance(value, (str, bytes)):
        if _is_no_text_codec(*arguments):
            return native(codecs.encode(as_bytes(value), arguments[0]))
        return value
    return value.encode(*arguments, **named)


def _is_no_text_codec(encoding: Any = 'utf-8', *_errors: Any) -> bool:
    """Return whether a codec turns bytes into bytes, as 'hex' and 'base64' do."""
    return not codecs.lookup(encoding)._is_text_encoding
