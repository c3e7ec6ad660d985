"""PNG with 16 bits a channel, which Pillow does not write.

Source: Portable Network Graphics (PNG) Specification, third edition (W3C, 2025), sections 5, 9, 10 and 11.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from struct import pack
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..arrays import DeepPixels, Pixels
from .resolution import Dpi
from .strips import strips

SIGNATURE = b'\x89PNG\r\n\x1a\n'
TRUECOLOUR, WITH_ALPHA = 2, 6
UP = 2  # the filter that takes from each byte the one above it
INCHES_A_METRE = 1 / 0.0254


def write_png_16(
    file: BinaryIO,
    pixels: DeepPixels,
    alpha: Pixels | None,
    *,
    profile: bytes,
    dpi: Dpi | None,
    texts: Mapping[str, str],
) -> None:
    """Write uint16 pixels (H, W, 3), 0 to 65535, with `alpha` (H, W) uint8 if there is one.

    `profile` is an ICC profile, `dpi` the horizontal and vertical pixels an inch; `texts` become text chunks.
    """
    height, width = pixels.shape[:2]
    kind = TRUECOLOUR if alpha is None else WITH_ALPHA
    file.write(SIGNATURE)
    _write_chunk(file, b'IHDR', pack('>IIBBBBB', width, height, 16, kind, 0, 0, 0))
    _write_chunk(file, b'iCCP', b'ICC Profile\0\0' + zlib.compress(profile))
    for name, text in texts.items():
        _write_chunk(file, *_text_chunk(name, text))
    if dpi is not None:
        x, y = (round(value * INCHES_A_METRE) for value in dpi)
        _write_chunk(file, b'pHYs', pack('>IIB', x, y, 1))
    for data in _compressed(pixels, alpha):
        _write_chunk(file, b'IDAT', data)
    _write_chunk(file, b'IEND', b'')


def _compressed(pixels: DeepPixels, alpha: Pixels | None) -> Iterator[bytes]:
    compressor = zlib.compressobj()
    above: NDArray[np.uint8] | None = None
    for strip in strips(pixels, alpha, '>'):
        rows = strip.view(np.uint8).reshape(len(strip), -1)
        above = np.zeros_like(rows[:1]) if above is None else above
        filtered = rows - np.concatenate((above, rows[:-1]))  # modulo 256, as the filter has it
        above = rows[-1:].copy()
        yield compressor.compress(_with_filter(filtered).tobytes())
    yield compressor.flush()


def _with_filter(rows: NDArray[np.uint8]) -> NDArray[Any]:
    return np.concatenate((np.full((len(rows), 1), UP, np.uint8), rows), axis=1)


def _text_chunk(name: str, text: str) -> tuple[bytes, bytes]:
    try:
        return b'tEXt', name.encode('latin-1') + b'\0' + text.encode('latin-1')
    except UnicodeEncodeError:
        return b'iTXt', name.encode('latin-1') + b'\0\0\0\0\0' + text.encode()


def _write_chunk(file: BinaryIO, name: bytes, data: bytes) -> None:
    file.write(pack('>I', len(data)) + name)
    file.write(data)
    file.write(pack('>I', zlib.crc32(data, zlib.crc32(name))))
