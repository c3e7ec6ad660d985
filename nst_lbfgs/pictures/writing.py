"""Pictures out: PNG, JPEG, WebP or TIFF by the file's extension, whole or not at all.

Every file carries an sRGB profile. The same pixels and metadata give the same bytes each time.
PNG, WebP and TIFF are written without loss; JPEG at quality 95 without chroma subsampling (4:4:4).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from ..arrays import Pixels
from ..errors import ConfigError, OutputWriteError
from ..files import check_place, check_room, write_whole

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
    'TIFF': {'compression': 'tiff_adobe_deflate'},
    'WEBP': {'lossless': True, 'exact': True},  # exact: the colour under clear pixels too
}
# Pixels a side: what Pillow's JPEG library writes (the standard has 65,535), and what WebP has bits for.
# PNG and TIFF hold more than any picture here has.
LONGEST_SIDES = {'JPEG': 65_500, 'WEBP': 16_383}
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


def keeps_alpha(path: Path) -> bool:
    """Return whether the format that `path` names has alpha. Raises ConfigError for an unknown."""
    return _format_of(path) != 'JPEG'


def write_picture(
    path: Path,
    pixels: Pixels,
    *,
    overwrite: bool,
    alpha: Pixels | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write uint8 sRGB pixels (height, width, 3) as the format that the extension of `path` names.

    `alpha` (height, width; 255 is opaque) is left out of a JPEG, which has none. `metadata`, short
    names to texts, become text chunks of a PNG; elsewhere one JSON object in EXIF's
    ImageDescription, which is left out if it is longer than a JPEG has room for.

    Raises ConfigError for an unknown extension or arrays of other shapes, OutputExistsError and
    OutputWriteError as `nst_lbfgs.files.write_whole` does.
    """
    file_format = _format_of(path)
    image = _image_of(pixels, alpha if keeps_alpha(path) else None)
    options = OPTIONS[file_format] | _metadata_options(file_format, metadata or {})
    encoded = io.BytesIO()
    try:
        image.save(encoded, file_format, icc_profile=srgb_profile(), **options)
    except Exception as error:  # encoders raise nearly anything; what they made of it is not a picture
        reason = str(error) or type(error).__name__
        raise OutputWriteError(f'Cannot write {path} as {file_format}: {reason}') from error
    write_whole(path, encoded.getvalue(), overwrite=overwrite)


def png_of(pixels: Pixels) -> bytes:
    """Return uint8 sRGB pixels (height, width, 3) as a PNG. Raises ConfigError for another array."""
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


def _image_of(pixels: Pixels, alpha: Pixels | None) -> Image.Image:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ConfigError(
            f'Expected uint8 pixels (height, width, 3). Received: {pixels.dtype} {pixels.shape}'
        )
    if alpha is None:
        return Image.fromarray(pixels)
    if alpha.dtype != np.uint8 or alpha.shape != pixels.shape[:2]:
        raise ConfigError(f'Expected uint8 alpha {pixels.shape[:2]}. Received: {alpha.dtype} {alpha.shape}')
    return Image.fromarray(np.dstack((pixels, alpha)))


def _metadata_options(file_format: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    if not metadata:
        return {}
    if file_format == 'PNG':
        chunks = PngImagePlugin.PngInfo()
        for name, text in metadata.items():
            # A path in a command line may hold bytes that are no text: surrogates to Python.
            chunks.add_text(name, text.encode('utf-8', 'backslashreplace').decode())
        return {'pnginfo': chunks}
    description = json.dumps(dict(metadata))  # \u for what is not ASCII, as the tag's type wants
    if len(description) > EXIF_BYTES:
        return {}
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = description
    return {'exif': exif}
