"""Pictures in: read as a person sees them, whatever the file, and brought to size.

`read_picture` is meant for files from anywhere: it ends in a `Picture` or in an `ImageError`,
within a bounded number of pixels and bytes.
"""

from __future__ import annotations

import hashlib
import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from ..arrays import Pixels
from ..errors import ConfigError, ImageError, ImageReadError, ImageSizeError
from ..quiet import silent_stderr
from .colour_profiles import composite, to_srgb

MAX_PIXELS = 89_478_485  # Pillow's own limit: what fills 256 MiB as RGB
MAX_BYTES_A_PIXEL = 8  # 16 bits of red, green, blue and alpha, not compressed
METADATA_BYTES = 1 << 24
CHUNK_BYTES = 1 << 20
WHITE = (255, 255, 255)

# Formats whose signature can be told from other data and that Pillow decodes by itself: no EPS,
# for example, which would be handed to Ghostscript, and no TGA, which could be any file.
FORMATS = ('JPEG', 'PNG', 'WEBP', 'TIFF', 'AVIF', 'GIF', 'BMP', 'JPEG2000', 'PPM', 'QOI')
FORMAT_NAMES = 'AVIF, BMP, GIF, JPEG, JPEG 2000, PNG, PPM, QOI, TIFF or WebP'
# In these a second frame means movement. Of a telephone's JPEG with several (MPO) the first is the
# photograph, and of a TIFF the first page is shown, as in viewers.
ANIMATED_FORMATS = ('AVIF', 'GIF', 'PNG', 'WEBP')

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow's pixel limit and Python's warning filters belong to the whole process.
_process_settings = threading.Lock()

# Where the application has set up no logging, what Pillow logs about odd files is not for the
# terminal.
logging.getLogger('PIL').addHandler(logging.NullHandler())


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as it was read.

    Attributes:
        pixels: uint8 (height, width, 3), sRGB, upright, on the background that was asked for.
        alpha: uint8 (height, width), 0 clear to 255 opaque; None where nothing shows through.
        sha256: of the file's bytes, in hexadecimal.
    """

    pixels: Pixels
    alpha: Pixels | None
    sha256: str


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

    Raises ImageReadError if there is no file, no picture in it, or an animated one; ImageSizeError
    if it has more than `max_pixels`, or more bytes than so many pixels can have; ConfigError for
    a background or a limit that cannot be used.
    """
    _check_settings(background, max_pixels)
    data = _read_bytes(path, max_pixels * MAX_BYTES_A_PIXEL + METADATA_BYTES)
    with _decoding(path, max_pixels):
        colour, alpha = _decode(path, data)
        pixels = composite(colour, alpha, background)
        shows_through = None if alpha is None else np.array(alpha)
    return Picture(pixels, shows_through, hashlib.sha256(data).hexdigest())


def _check_settings(background: tuple[int, int, int] | None, max_pixels: int) -> None:
    if max_pixels < 1:
        raise ConfigError(f'Expected a limit of at least 1 pixel. Received: {max_pixels}')
    if background is not None and not (
        len(background) == 3 and all(0 <= value <= 255 for value in background)
    ):
        raise ConfigError(f'Expected a background of three values 0 to 255. Received: {background}')


def _read_bytes(path: Path, limit: int) -> bytes:
    chunks, length = [], 0
    try:
        with open(path, 'rb') as file:
            while chunk := file.read(CHUNK_BYTES):
                chunks.append(chunk)
                length += len(chunk)
                if length > limit:
                    raise ImageSizeError(
                        f'{path} is too large for a picture. Expected at most {limit:,} bytes; '
                        f'--max-pixels raises that.'
                    )
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = error.strerror if isinstance(error, OSError) else None
        raise ImageReadError(f'Cannot read {path}: {reason or error}') from error
    if not chunks:
        raise ImageReadError(f'{path} is empty. Expected a picture.')
    return b''.join(chunks)


@contextmanager
def _decoding(path: Path, max_pixels: int) -> Iterator[None]:
    """Hold Pillow to the limit and to silence, and turn what it raises into our own errors."""
    try:
        with _process_settings, warnings.catch_warnings(), _pixel_limit(max_pixels):
            warnings.simplefilter('ignore')
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            yield
    except ImageError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ImageSizeError(
            f'{path} has too many pixels, as a decompression bomb would. Expected at most '
            f'{max_pixels:,}; --max-pixels raises that for a file that you trust.'
        ) from error
    except MemoryError as error:
        raise ImageSizeError(f'{path} needs more memory than there is.') from error
    except UnidentifiedImageError as error:
        raise ImageReadError(
            f'{path} is not a picture, or damaged at its beginning. Expected {FORMAT_NAMES}.'
        ) from error
    except Exception as error:
        # Damaged data make Pillow raise nearly anything: OSError, SyntaxError, ValueError,
        # TypeError, KeyError, EOFError, struct.error, zlib.error and more.
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise ImageReadError(f'{path} is damaged or incomplete: {reason}') from error


@contextmanager
def _pixel_limit(max_pixels: int) -> Iterator[None]:
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _decode(path: Path, data: bytes) -> tuple[Image.Image, Image.Image | None]:
    """Return the file's colours ('RGB') and its alpha ('L') or None, both upright."""
    image = _open_still(path, data)
    with silent_stderr() if image.format == 'TIFF' else nullcontext():  # libtiff prints its errors
        image.load()  # before the EXIF data, which PNG and TIFF may have behind the pixels
    turn = _turn_to_upright(image)
    colour, alpha = to_srgb(image)
    del image  # large pictures: one copy less
    if turn is None:
        return colour, alpha
    return colour.transpose(turn), alpha and alpha.transpose(turn)


def _open_still(path: Path, data: bytes) -> Image.Image:
    Image.init()
    known = [name for name in FORMATS if name in Image.OPEN]  # AVIF is not in every Pillow
    image = Image.open(io.BytesIO(data), formats=known)
    if image.format in ANIMATED_FORMATS and getattr(image, 'is_animated', False):
        raise ImageReadError(f'{path} is an animated {image.format}. Expected a still picture.')
    return image


def _turn_to_upright(image: Image.Image) -> Image.Transpose | None:
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # as in _decoding; but a picture whose EXIF data are damaged is still one
        return None
