"""Pictures out: PNG, JPEG, WebP or TIFF by the file's extension, whole or not at all.

Every file carries an sRGB profile. The same pixels and metadata give the same bytes each time.
PNG, WebP and TIFF are written without loss, PNG and TIFF also with 16 bits a channel; JPEG at quality 95
without chroma subsampling (4:4:4).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from ..arrays import DeepPixels, Pixels
from ..errors import ConfigError, OutputWriteError
from ..files import check_place, check_room, whole_file
from .png_16 import write_png_16
from .resolution import Dpi
from .tiff import write_tiff

FORMATS = {
    '.jpeg': 'JPEG',
    '.jpg': 'JPEG',
    '.png': 'PNG',
    '.tif': 'TIFF',
    '.tiff': 'TIFF',
    '.webp': 'WEBP',
}
OPTIONS: dict[str, dict[str, Any]] = {
    'JPEG': {'quality': 95, 'subsampling': '4:4:4'},
    'PNG': {},
    'WEBP': {'lossless': True, 'exact': True},  # exact: the colour under clear pixels too
}
# Pixels a side: what Pillow's JPEG library writes (the standard has 65,535), and what WebP has bits for.
# PNG and TIFF hold more than any picture here has.
LONGEST_SIDES = {'JPEG': 65_500, 'WEBP': 16_383}
DEEP_FORMATS = ('PNG', 'TIFF')  # that hold 16 bits a channel
EXIF_BYTES = 60_000  # of metadata; a JPEG segment ends at 65,533
PROFILE_DATE = slice(24, 36)  # ICC.1:2010, section 7.2: year, month, day, hour, minute, second
FIXED_DATE = bytes.fromhex('07d0 0001 0001 0000 0000 0000')  # 2000-01-01 00:00:00


def check_output(path: Path, *, overwrite: bool) -> None:
    """Find out whether a picture can be written to `path`, before hours go into making it.

    Raises ConfigError for an extension that no format here has; OutputExistsError if the file
    exists and `overwrite` is false; OutputWriteError if the folder does not exist or nothing can
    be written in it (a temporary file is tried), or if `path` is a folder or a device.
    """
    _format_of(path)
    check_place(path, overwrite=overwrite)
    check_room(path)


def check_size_for_format(path: Path, height: int, width: int) -> None:
    """Raise ConfigError unless the format that the extension of `path` names holds a picture of this size.

    Raises ConfigError for an unknown extension too.
    """
    file_format = _format_of(path)
    longest = LONGEST_SIDES.get(file_format)
    if longest and max(height, width) > longest:
        raise ConfigError(
            f'Expected at most {longest:,} pixels a side for {path}, a {file_format} file; PNG and TIFF hold '
            f'more. Received: {height} x {width} (height x width)'
        )


def check_bits_for_format(path: Path, bits: int) -> None:
    """Raise ConfigError unless the format that the extension of `path` names has so many bits a channel."""
    file_format = _format_of(path)
    if bits == 16 and file_format not in DEEP_FORMATS:
        raise ConfigError(f'Expected a PNG or TIFF file for 16 bits. Received: {path}, a {file_format} file')


def keeps_alpha(path: Path) -> bool:
    """Return whether the format that `path` names has alpha. Raises ConfigError for an unknown."""
    return _format_of(path) != 'JPEG'


def write_picture(
    path: Path,
    pixels: Pixels | DeepPixels,
    *,
    overwrite: bool,
    alpha: Pixels | None = None,
    metadata: Mapping[str, str] | None = None,
    dpi: Dpi | None = None,
) -> None:
    """Write sRGB pixels (height, width, 3) as the format that the extension of `path` names.

    They are uint8, or uint16 for a PNG or TIFF of 16 bits a channel. `alpha`, uint8 (height, width; 255 is
    opaque), is left out of a JPEG, which has none. `metadata`, short names to texts, become text chunks of a
    PNG; elsewhere one JSON object in EXIF's ImageDescription, which is left out if it is longer than a JPEG
    has room for. `dpi` is 1 to 65,535; a JPEG has it in whole numbers.

    Raises ConfigError for an unknown extension, bits that its format does not have or arrays of other shapes,
    OutputExistsError and OutputWriteError as `nst_lbfgs.files.write_whole` does.
    """
    file_format = _format_of(path)
    alpha = alpha if keeps_alpha(path) else None
    _check_pixels(pixels, alpha, ('uint8', 'uint16'))
    check_bits_for_format(path, 8 * pixels.itemsize)
    write = _writer_of(file_format, pixels, alpha, metadata or {}, dpi)
    with whole_file(path, overwrite=overwrite) as temporary, open(temporary, 'wb') as file:
        try:
            write(file)
        except OSError as error:
            if error.errno is not None:  # no room, for example
                raise
            raise _not_encoded(path, file_format, error) from error
        except Exception as error:  # encoders raise nearly anything; what they made of it is not a picture
            raise _not_encoded(path, file_format, error) from error


def png_of(pixels: Pixels) -> bytes:
    """Return uint8 sRGB pixels (height, width, 3) as a PNG. Raises ConfigError for another array."""
    _check_pixels(pixels, None, ('uint8',))
    encoded = io.BytesIO()
    _image_of(pixels, None).save(encoded, 'PNG', icc_profile=srgb_profile())
    return encoded.getvalue()


@cache
def srgb_profile() -> bytes:
    """Return an sRGB ICC profile whose date of creation is always the same."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes())
    profile[PROFILE_DATE] = FIXED_DATE
    return bytes(profile)


def _format_of(path: Path) -> str:
    Image.init()
    known = [extension for extension, name in FORMATS.items() if name in Image.SAVE]
    if path.suffix.lower() not in known:
        raise ConfigError(
            f'Cannot write {path}. Expected a name that ends in {", ".join(known)}. '
            f'Received: {path.suffix or "no extension"}'
        )
    return FORMATS[path.suffix.lower()]


def _writer_of(
    file_format: str,
    pixels: Pixels | DeepPixels,
    alpha: Pixels | None,
    metadata: Mapping[str, str],
    dpi: Dpi | None,
) -> Callable[[BinaryIO], None]:
    """Return what writes a picture to a file: our own code where Pillow has none, or holds a second copy."""
    if file_format == 'TIFF':
        description = _description(metadata)
        return partial(
            write_tiff, pixels=pixels, alpha=alpha, profile=srgb_profile(), dpi=dpi, description=description
        )
    if pixels.dtype == np.uint16:
        deep, texts = pixels.astype(np.uint16, copy=False), _texts(metadata)
        return partial(write_png_16, pixels=deep, alpha=alpha, profile=srgb_profile(), dpi=dpi, texts=texts)
    options = OPTIONS[file_format] | _metadata_options(file_format, metadata, dpi)
    image = _image_of(pixels.astype(np.uint8, copy=False), alpha)
    return partial(image.save, format=file_format, icc_profile=srgb_profile(), **options)


def _not_encoded(path: Path, file_format: str, error: Exception) -> OutputWriteError:
    reason = str(error) or type(error).__name__
    return OutputWriteError(f'Cannot write {path} as {file_format}: {reason}')


def _check_pixels(pixels: Pixels | DeepPixels, alpha: Pixels | None, types: tuple[str, ...]) -> None:
    if pixels.dtype.name not in types or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        expected = ' or '.join(types)
        raise ConfigError(
            f'Expected {expected} pixels (height, width, 3). Received: {pixels.dtype} {pixels.shape}'
        )
    if alpha is not None and (alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]):
        raise ConfigError(f'Expected uint8 alpha {pixels.shape[:2]}. Received: {alpha.dtype} {alpha.shape}')


def _image_of(pixels: Pixels, alpha: Pixels | None) -> Image.Image:
    return Image.fromarray(pixels if alpha is None else np.dstack((pixels, alpha)))


def _metadata_options(file_format: str, metadata: Mapping[str, str], dpi: Dpi | None) -> dict[str, Any]:
    options: dict[str, Any] = {} if dpi is None or file_format == 'WEBP' else {'dpi': dpi}
    if file_format == 'PNG':
        chunks = PngImagePlugin.PngInfo()
        for name, text in _texts(metadata).items():
            chunks.add_text(name, text)
        return options | {'pnginfo': chunks}
    exif = Image.Exif()
    description = _description(metadata)
    if description is not None:
        exif[ExifTags.Base.ImageDescription] = description
    if dpi is not None and file_format == 'WEBP':  # it has no other place for it
        exif[ExifTags.Base.XResolution], exif[ExifTags.Base.YResolution] = dpi
        exif[ExifTags.Base.ResolutionUnit] = 2  # an inch
    return options | ({'exif': exif} if exif else {})


def _texts(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return texts as they can be encoded: a path in a command line may hold bytes that are no text."""
    return {name: text.encode('utf-8', 'backslashreplace').decode() for name, text in metadata.items()}


def _description(metadata: Mapping[str, str]) -> str | None:
    """Return metadata as JSON in ASCII, as the tag's type has it; None for none, or too much for a JPEG."""
    description = json.dumps(dict(metadata))
    return description if metadata and len(description) <= EXIF_BYTES else None
