"""From the bytes of a picture file to pixels as a person sees them, by Pillow, in this process."""

from __future__ import annotations

import io
import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from ..arrays import Pixels
from ..errors import ImageError, ImageReadError, ImageSizeError
from ..quiet import silent_stderr
from .colour_profiles import composite, to_srgb
from .resolution import Dpi, dpi_of

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


def decode(
    path: Path,
    data: bytes,
    background: Sequence[int] | None,
    max_pixels: int,
    *,
    on_open: Callable[[Image.Image], None] | None = None,
) -> tuple[Pixels, Pixels | None, Dpi | None]:
    """Return what `read_picture` returns as pixels, alpha and dpi, of a file's bytes; `path` is for messages.

    `on_open` is called when format and size are known, and nothing is decoded yet. Raises ImageReadError
    and ImageSizeError.
    """
    with _our_errors(path, max_pixels):
        colour, alpha, dpi = _decode(path, data, on_open)
        pixels = composite(colour, alpha, background)
        return pixels, None if alpha is None else np.array(alpha), dpi


@contextmanager
def _our_errors(path: Path, max_pixels: int) -> Iterator[None]:
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


def _decode(
    path: Path, data: bytes, on_open: Callable[[Image.Image], None] | None
) -> tuple[Image.Image, Image.Image | None, Dpi | None]:
    """Return the file's colours ('RGB') and its alpha ('L') or None, both upright, and its pixels an inch."""
    image = _open_still(path, data)
    if on_open:
        on_open(image)
    with silent_stderr() if image.format == 'TIFF' else nullcontext():  # libtiff prints its errors
        image.load()  # before the EXIF data, which PNG and TIFF may have behind the pixels
    turn, dpi = _turn_to_upright(image), dpi_of(image)
    colour, alpha = to_srgb(image)
    del image  # large pictures: one copy less
    if turn is None:
        return colour, alpha, dpi
    return colour.transpose(turn), alpha and alpha.transpose(turn), dpi


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
    except Exception:  # as in _our_errors; but a picture whose EXIF data are damaged is still one
        return None
