"""Pictures in: read as a person sees them, whatever the file, and brought to size.

`read_picture` is meant for files from anywhere: it ends in a `Picture` or in an `ImageError`, in bounded
time and memory. Ordinary JPEG, PNG and WebP files (see `ordinary`) are decoded here; all others in a
process with limits, which takes a quarter of a second to start.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..arrays import Pixels
from ..errors import ConfigError, ImageReadError, ImageSizeError
from ..files import open_regular
from .decoding import decode
from .decoding_process import decode_in_process
from .ordinary import MOST_BYTES, MOST_SCANS, has_too_many_scans, is_ordinary
from .resolution import Dpi

MAX_PIXELS = 89_478_485  # Pillow's own limit: what fills 256 MiB as RGB
MAX_BYTES_A_PIXEL = 8  # 16 bits of red, green, blue and alpha, not compressed
METADATA_BYTES = 1 << 24
WHITE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it was read.

    Attributes:
        pixels: uint8 (height, width, 3), sRGB, upright, on the background that was asked for.
        alpha: uint8 (height, width), 0 clear to 255 opaque; None where nothing shows through.
        sha256: of the file's bytes, in hexadecimal.
        dpi: pixels an inch, horizontally and vertically; None if the file does not say.
    """

    pixels: Pixels
    alpha: Pixels | None
    sha256: str
    dpi: Dpi | None = None


def read_picture(
    path: Path,
    *,
    background: tuple[int, int, int] | None = WHITE,
    max_pixels: int = MAX_PIXELS,
) -> Picture:
    """Read a still picture, once, and return it as a person sees it.

    EXIF orientation is applied, ICC profiles are converted to sRGB, deep grey is scaled to 8 bits,
    and alpha is composited on `background` (sRGB, 0 to 255; None leaves the colours as they are).
    (Keras's `load_img` does none of these; it drops alpha and cuts 16-bit grey off at 255.)
    Decoding a picture of just `max_pixels` takes most memory: with the default, 0.7 to 0.9 GB,
    and 1.5 to 1.8 GB from WebP and JPEG 2000, whose libraries keep several copies (measured).

    Raises ImageReadError if there is no ordinary file, no picture in it, or an animated one, or if it
    takes longer than sound pictures do; ImageSizeError if it has more than `max_pixels`, or more bytes
    than so many pixels can have, or needs more memory; ConfigError for a background or a limit
    that cannot be used.
    """
    _check_settings(background, max_pixels)
    try:
        with open_regular(path) as file:
            _check_length(path, file, max_pixels * MAX_BYTES_A_PIXEL + METADATA_BYTES)
            data = file.read(MOST_BYTES + 1)
            if has_too_many_scans(data):
                raise ImageReadError(f'{path} is a JPEG of more than {MOST_SCANS} scans. Expected a picture.')
            if not is_ordinary(data):
                del data
                pixels, alpha, dpi, sha256 = decode_in_process(path, file, background, max_pixels)
                return Picture(pixels, alpha, sha256, dpi)
    except OSError as error:
        raise ImageReadError(f'Cannot read {path}: {error.strerror or error}') from error
    pixels, alpha, dpi = decode(path, data, background, max_pixels)
    return Picture(pixels, alpha, hashlib.sha256(data).hexdigest(), dpi)


def _check_settings(background: tuple[int, int, int] | None, max_pixels: int) -> None:
    if max_pixels < 1:
        raise ConfigError(f'Expected a limit of at least 1 pixel. Received: {max_pixels}')
    if background is not None and not (
        len(background) == 3 and all(0 <= value <= 255 for value in background)
    ):
        raise ConfigError(f'Expected a background of three values 0 to 255. Received: {background}')


def _check_length(path: Path, file: BinaryIO, limit: int) -> None:
    length = os.fstat(file.fileno()).st_size
    if length > limit:
        raise ImageSizeError(
            f'{path} is too large for a picture. Expected at most {limit:,} bytes; --max-pixels raises that.'
        )
    if not length:
        raise ImageReadError(f'{path} is empty. Expected a picture.')
