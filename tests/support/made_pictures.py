"""Picture files of every kind, made from code, for the tests that read them."""

from __future__ import annotations

import io
import struct
import tempfile
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from nst_lbfgs.pictures.reading import Picture, read_picture

Array = NDArray[Any]


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    """Return `image` as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def read(data: bytes, **options: Any) -> Picture:
    """Return the picture read from a file of these bytes; any warning on the way is an error."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter('error')
        path = Path(folder) / 'picture'
        path.write_bytes(data)
        return read_picture(path, **options)


def photograph(height: int = 24, width: int = 32) -> Array:
    """Return smooth colours with some noise: uint8 (height, width, 3), the same every time."""
    rows, columns = np.mgrid[0:height, 0:width]
    smooth = np.stack((255 * rows / height, 255 * columns / width, 128 + 0 * rows), axis=-1)
    noise = np.random.default_rng(0).normal(0, 8, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def png(samples: Array, bit_depth: int, colour_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of rows of packed samples (big-endian where 16-bit), with chunks before IDAT.

    Written out by hand for the kinds that Pillow reads but does not write.
    """
    per_pixel = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    height, width = samples.shape[0], samples.shape[1] * samples.itemsize * 8
    width //= bit_depth * per_pixel
    header = struct.pack('>IIBBBBB', width, height, bit_depth, colour_type, 0, 0, 0)
    data = zlib.compress(b''.join(b'\0' + row.tobytes() for row in samples))
    parts = [(b'IHDR', header), *chunks, (b'IDAT', data), (b'IEND', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(png_chunk(kind, content) for kind, content in parts)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk with its length and its checksum."""
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))


def tiff(
    data: bytes, size: tuple[int, int], bits: tuple[int, ...], photometric: int, *, extra: int = -1
) -> bytes:
    """Return a little-endian TIFF of one uncompressed strip. `size` is (width, height)."""
    entries = [
        (256, size[0]),
        (257, size[1]),
        (258, bits),
        (259, 1),
        (262, photometric),
        (273, 8),
        (277, len(bits)),
        (278, size[1]),
        (279, len(data)),
    ]
    if extra >= 0:
        entries.append((338, extra))
    values_at = 8 + len(data) + 2 + 12 * len(entries) + 4
    table, values = struct.pack('<H', len(entries)), b''
    for tag, value in entries:
        numbers = value if isinstance(value, tuple) else (value,)
        packed = struct.pack(f'<{len(numbers)}H', *numbers)
        if len(packed) > 4:
            values += packed
            packed = struct.pack('<I', values_at)
        table += struct.pack('<HHI', tag, 3, len(numbers)) + packed.ljust(4, b'\0')
    return struct.pack('<2sHI', b'II', 42, 8 + len(data)) + data + table + bytes(4) + values


def swapped_profile() -> bytes:
    """Return an RGB profile that is sRGB with red and green exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    parts = profile.replace(b'rXYZ', b'????').replace(b'gXYZ', b'rXYZ')
    return parts.replace(b'????', b'gXYZ')


def linear_grey_profile() -> bytes:
    """Return a grey profile whose values are proportional to light."""
    curve = b'curv' + bytes(4) + struct.pack('>I', 0)
    return _profile(b'mntr', b'GRAY', b'XYZ ', {b'kTRC': curve})


def cmyk_profile() -> bytes:
    """Return a CMYK profile in which black ink counts as nothing, and any other as L* = 128 / 2.55.

    Two of these inks or more are L* = 0. (ICC.1:2010, 10.9: lut8Type, two grid points a channel.)
    """
    grid = [128 if bin(node >> 1).count('1') == 1 else 0 for node in range(16)]
    grid[0] = grid[1] = 255
    identity = bytes(range(256))
    matrix = struct.pack('>9i', *(65_536 * (i % 4 == 0) for i in range(9)))
    table = b'mft1' + bytes(4) + bytes((4, 3, 2, 0)) + matrix + identity * 4
    table += b''.join(bytes((lightness, 128, 128)) for lightness in grid) + identity * 3
    return _profile(b'prtr', b'CMYK', b'Lab ', {b'A2B0': table})


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    white = struct.pack('>4s4x3i', b'XYZ ', 63_190, 65_536, 54_061)  # D50
    tags = {b'wtpt': white} | tags
    at, table, contents = 128 + 4 + 12 * len(tags), struct.pack('>I', len(tags)), b''
    for name, content in tags.items():
        table += struct.pack('>4sII', name, at + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    header = struct.pack(
        '>I4sI4s4s4s6H4s28s3i48s',
        at + len(contents),
        b'',
        0x0210_0000,
        kind,
        space,
        connection,
        2000,
        1,
        1,
        0,
        0,
        0,
        b'acsp',
        b'',
        63_190,
        65_536,
        54_061,
        b'',
    )
    return header + table + contents
