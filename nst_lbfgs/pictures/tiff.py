"""TIFF with 8 or 16 bits a channel, strip by strip; BigTIFF where offsets need more than 32 bits.

Pillow writes no colours of 16 bits, and holds a whole picture once more to write it.

Sources: TIFF, revision 6.0 (Adobe, 1992); Adobe Photoshop TIFF Technical Notes (2002), for Deflate;
the BigTIFF design of libtiff; ICC.1:2010, annex B, for the profile's tag.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from struct import calcsize, pack
from typing import BinaryIO, NamedTuple

from ..arrays import DeepPixels, Pixels
from .resolution import Dpi
from .strips import rows_of_a_strip, strips

MOST_BYTES = (1 << 32) - (1 << 24)  # of pixels in a classic file; the rest is for what else is in it
DEFLATE, RGB, CONTIGUOUS, UNASSOCIATED_ALPHA, INCH = 8, 2, 1, 2, 2
ASCII, SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 2, 3, 4, 5, 7, 16
CODES = {ASCII: 'B', SHORT: 'H', LONG: 'I', RATIONAL: 'I', UNDEFINED: 'B', LONG8: 'Q'}
LARGEST_DENOMINATOR = 10_000


class Layout(NamedTuple):
    """How a file's numbers are packed: the header up to the place of the directory, and what is in that."""

    header: bytes
    offset: str
    offset_type: int
    number: str


CLASSIC = Layout(b'II*\0', 'I', LONG, 'H')
BIG = Layout(b'II+\0' + pack('<HH', 8, 0), 'Q', LONG8, 'Q')


class Field(NamedTuple):
    """An entry of the directory: its tag, the type of its values, and these as whole numbers."""

    tag: int
    kind: int
    values: Sequence[int]


def write_tiff(
    file: BinaryIO,
    pixels: Pixels | DeepPixels,
    alpha: Pixels | None,
    *,
    profile: bytes,
    dpi: Dpi | None,
    description: str | None,
    most_bytes: int = MOST_BYTES,
) -> None:
    """Write pixels (H, W, 3), uint8 or uint16, with `alpha` (H, W) uint8 if there is one, without loss.

    `profile` is an ICC profile, `dpi` the horizontal and vertical pixels an inch, `description` ASCII.
    Pixels of more than `most_bytes` make a BigTIFF.
    """
    channels = 3 if alpha is None else 4
    layout = CLASSIC if pixels.nbytes * channels // 3 <= most_bytes else BIG
    file.write(layout.header + pack(f'<{layout.offset}', 0))
    lengths = [file.write(zlib.compress(strip.data)) for strip in strips(pixels, alpha, '<')]
    start = len(layout.header) + calcsize(layout.offset)
    fields = _fields(pixels, channels, profile, dpi, description)
    fields.append(Field(273, layout.offset_type, list(accumulate(lengths, initial=start))[:-1]))
    fields.append(Field(279, layout.offset_type, lengths))
    place = start + sum(lengths)
    place += file.write(bytes(place % 2))  # a directory begins at an even place
    file.write(_directory(sorted(fields), layout, place))
    file.seek(len(layout.header))
    file.write(pack(f'<{layout.offset}', place))


def _fields(
    pixels: Pixels | DeepPixels,
    channels: int,
    profile: bytes,
    dpi: Dpi | None,
    description: str | None,
) -> list[Field]:
    height, width = pixels.shape[:2]
    fields = [
        Field(256, LONG, [width]),
        Field(257, LONG, [height]),
        Field(258, SHORT, [8 * pixels.itemsize] * channels),
        Field(259, SHORT, [DEFLATE]),
        Field(262, SHORT, [RGB]),
        Field(277, SHORT, [channels]),
        Field(278, LONG, [rows_of_a_strip(pixels)]),
        Field(284, SHORT, [CONTIGUOUS]),
        Field(34675, UNDEFINED, profile),
    ]
    if description is not None:
        fields.append(Field(270, ASCII, description.encode('ascii') + b'\0'))
    if channels == 4:
        fields.append(Field(338, SHORT, [UNASSOCIATED_ALPHA]))
    if dpi is not None:
        fields += [Field(282, RATIONAL, _rational(dpi[0])), Field(283, RATIONAL, _rational(dpi[1]))]
        fields.append(Field(296, SHORT, [INCH]))
    return fields


def _rational(value: float) -> list[int]:
    return list(Fraction(value).limit_denominator(LARGEST_DENOMINATOR).as_integer_ratio())


def _directory(fields: Sequence[Field], layout: Layout, place: int) -> bytes:
    """Return the directory at `place`, and behind it the values that do not fit into their entries."""
    room = calcsize(layout.offset)  # of an entry, for its number of values, and for these or their place
    behind_at = place + calcsize(layout.number) + (4 + 2 * room) * len(fields) + room
    entries, behind = [pack(f'<{layout.number}', len(fields))], b''
    for tag, kind, values in fields:
        data = pack(f'<{len(values)}{CODES[kind]}', *values)
        count = len(values) // 2 if kind == RATIONAL else len(values)
        if len(data) > room:
            where = pack(f'<{layout.offset}', behind_at + len(behind))
            behind += data + bytes(len(data) % 2)
        else:
            where = data.ljust(room, b'\0')
        entries.append(pack(f'<HH{layout.offset}', tag, kind, count) + where)
    return b''.join(entries) + bytes(room) + behind
