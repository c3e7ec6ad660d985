"""From any kind of pixel that Pillow decodes to 8-bit sRGB and alpha.

Grey, palette, 1-bit, CMYK, CIELAB, 16-bit and floating-point pictures all become 'RGB', through the
file's ICC profile where it has one that fits. Sources: ICC.1:2010 for the profiles, the PNG and
TIFF 6.0 specifications for the sample depths.

16 bits a colour channel are Pillow's business: it keeps the upper 8 of them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

from ..arrays import Pixels

BAND_PIXELS = 1 << 20

# What a profile's colour space asks the pixels to be, and which pixels can become that unharmed.
PROFILE_MODES = {
    'RGB': ('RGB', {'1', 'L', 'LA', 'P', 'PA', 'RGB', 'RGBA', 'RGBX', 'YCbCr'}),
    'GRAY': ('L', {'1', 'L', 'LA'}),
    'CMYK': ('CMYK', {'CMYK'}),
}
WHITE_LEVELS = (255, 65_535, 2**31 - 1)


def to_srgb(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return a decoded picture's colours ('RGB', sRGB) and its alpha ('L', 255 is opaque).

    The colours are as the file has them, not composited. The alpha is None where the file has
    none or where it is opaque throughout. A profile that is broken, or that is meant for other
    pixels than these, is ignored, as viewers do. Raises whatever Pillow raises on damaged data.
    """
    profile = image.info.get('icc_profile')
    if image.mode == 'F' or image.mode.startswith('I'):
        image = _grey_to_8_bits(image)
    image, alpha = _split_alpha(image)
    converted = _through_profile(image, profile) if profile else None
    return converted or _as_mode(image, 'RGB'), alpha


def _grey_to_8_bits(image: Image.Image) -> Image.Image:
    """Return a deep grey picture ('I', 'I;16...', 'F') as 'L', or 'LA' if one grey means clear.

    Black is 0 and white is the largest value of the file's bit depth. 32-bit integers and floats
    have no agreed white; there it is the first of 255, 65535 and 2**31 - 1 (for floats also 1.0)
    that no pixel exceeds, or the largest pixel. Below 0 and not a number are black. (Pillow's own
    conversion cuts everything above 255 off instead.)
    """
    white = _white_level(image)
    inverted = _tiff_tag(image, TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0  # white is zero
    clear = image.info.get('transparency')
    grey = np.empty((image.height, image.width), np.uint8)
    alpha = np.full_like(grey, 255) if isinstance(clear, int) else None
    for rows, values in _bands(image):
        levels = np.clip(_finite(values) * (255 / white), 0, 255)
        grey[rows] = np.rint(255 - levels if inverted else levels)
        if alpha is not None:
            alpha[rows][values == clear] = 0
    if alpha is None:
        return Image.fromarray(grey)
    return Image.merge('LA', (Image.fromarray(grey), Image.fromarray(alpha)))


def composite(colour: Image.Image, alpha: Image.Image | None, background: Sequence[int] | None) -> Pixels:
    """Return the colours as an array, on `background` where there are both alpha and that."""
    pixels = np.empty((colour.height, colour.width, 3), np.uint8)
    for rows, band in _bands(colour):
        pixels[rows] = band
    if alpha is None or background is None:
        return pixels
    behind = np.array(background, np.uint16)
    for rows, band in _bands(alpha):
        opacity = band[:, :, np.newaxis].astype(np.uint16)
        mixed = pixels[rows] * opacity + behind * (255 - opacity)  # at most 255 * 255: fits
        pixels[rows] = (mixed + 127) // 255
    return pixels


def _bands(image: Image.Image) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Yield a picture's pixels some rows at a time, so that no second whole copy is in memory."""
    height = max(1, BAND_PIXELS // image.width)
    for top in range(0, image.height, height):
        bottom = min(top + height, image.height)
        yield slice(top, bottom), np.asarray(image.crop((0, top, image.width, bottom)))


def _white_level(image: Image.Image) -> float:
    if image.mode.startswith('I;16') or image.format in ('PNG', 'PPM'):
        bits = _tiff_tag(image, TiffImagePlugin.BITSPERSAMPLE) or (16,)
        return float(2 ** bits[0] - 1)
    largest = max(float(_finite(values).max()) for _, values in _bands(image))
    levels = (1, *WHITE_LEVELS) if image.mode == 'F' else WHITE_LEVELS
    return float(next((level for level in levels if level >= largest), largest))


def _tiff_tag(image: Image.Image, tag: int) -> Any:
    return image.tag_v2.get(tag) if isinstance(image, TiffImagePlugin.TiffImageFile) else None


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    if image.mode == 'La':  # the only mode that Pillow cannot turn into RGBA at one go
        image = image.convert('LA')
    if not image.has_transparency_data:
        return image, None
    _keep_upper_bits_of_clear_colour(image)
    straight = _as_mode(image, 'LA' if image.mode in ('1', 'L', 'LA') else 'RGBA')
    alpha = straight.getchannel('A')
    return straight, None if alpha.getextrema() == (255, 255) else alpha


def _keep_upper_bits_of_clear_colour(image: Image.Image) -> None:
    """Pillow reduces a 16-bit RGB picture to 8 bits, but not the colour that stands for clear."""
    clear = image.info.get('transparency')
    if isinstance(clear, tuple) and max(clear) > 255:
        image.info['transparency'] = tuple(value >> 8 for value in clear)


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Return the picture in sRGB, or None where the profile is of no use for it."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(_without_elements(profile)))
        mode, modes = PROFILE_MODES[source.profile.xcolor_space.strip()]
        if image.mode not in modes:
            return None
        pixels = _as_mode(image, mode)
        converted = ImageCms.profileToProfile(
            pixels,
            source,
            ImageCms.createProfile('sRGB'),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode='RGB',
            inPlace=mode == 'RGB',  # large pictures: one copy less
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return converted or pixels
    except (ImageCms.PyCMSError, KeyError, OSError, TypeError, ValueError):
        return None


def _without_elements(profile: bytes) -> bytes:
    """Return a profile without its D2Bx tags (ICC.1:2010, DToB0Tag to DToB3Tag), which lcms would prefer.

    They are chains of processing elements, any number of which may be the same bytes: 124 kB took 20 s
    and 1.4 GB. A profile that has them must have AToBx or a matrix too.
    """
    end = 132 + 12 * int.from_bytes(profile[128:132], 'big')
    return re.sub(rb'D2B[0-3]', b'none', profile[:end]) + profile[end:]


def _as_mode(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)
