"""The luminance of one picture with the colours of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, Pixels
from ..checks import check_between, check_choice
from ..errors import ConfigError
from .colour_names import DEFAULT_COLOUR_SPACE
from .colour_spaces import COLOUR_SPACES, ColourSpace
from .pixel_bands import bands, check_pixels

ROUNDING = 0.5  # so far outside 0 to 255 the nearest whole value is still one that sRGB has
HALVINGS = 12  # of the chroma, which is below 150: the largest that fits, to 0.04


def preserve_colours(
    result: Pixels, content: Pixels, space: str = DEFAULT_COLOUR_SPACE, strength: float = 1.0
) -> tuple[Pixels, float]:
    """Return the result's luminance with the content's colours, and the share of pixels out of gamut.

    Both pictures are sRGB, uint8 (H, W, 3), and so is the one returned. `space` is 'lab' or 'yiq': L* or Y
    is the result's; the two channels of colour are (1 - strength) of the result's own and strength, 0 to 1,
    of the content's. They are the content's to 0.8 in a* and b*, and to 0.6 in I and Q: red, green
    and blue are rounded to whole values. At strength 0 no pixel changes.

    Dark and bright pixels have room for little colour. Where sRGB has none of so much chroma at that
    luminance, which is the share returned, 0 to 1, the chroma is made smaller, at the same luminance and
    hue, until it fits. (Clipping red, green and blue each for itself would turn the hue.)

    Source: luminance-only transfer of Gatys et al., Preserving Color in Neural Artistic Style Transfer
    (2016), section 4, and Controlling Perceptual Factors in Neural Style Transfer (2017), section 5.1.
    Deviations: the result comes from a transfer in colour, where they transfer luminance alone; they do not
    speak of the gamut. YIQ is theirs. Equal steps of Lab look more nearly equal, but at another luminance
    its blues are other blues: a sky that has become dark turns teal.

    Raises ConfigError for another space, a strength outside 0 to 1, arrays that are no such pictures, or
    pictures of two sizes.
    """
    check_choice('space', space, COLOUR_SPACES)
    check_between('strength', strength, 0, 1)
    _check_pictures(result, content)
    if strength == 0:
        return result.copy(), 0.0
    own, others = result.reshape(-1, 3), content.reshape(-1, 3)
    recoloured, outside = np.empty_like(own), 0
    for band in bands(len(own)):
        recoloured[band], count = _recoloured(own[band], others[band], COLOUR_SPACES[space], strength)
        outside += count
    return recoloured.reshape(result.shape), outside / len(own)


def _check_pictures(result: Pixels, content: Pixels) -> None:
    check_pixels('result', result)
    check_pixels('content', content)
    if result.shape != content.shape:
        raise ConfigError(
            f"Expected a content picture of the result's size, {result.shape[0]} x {result.shape[1]} "
            f'(height x width). Received: {content.shape[0]} x {content.shape[1]}'
        )


def _recoloured(own: Pixels, others: Pixels, space: ColourSpace, strength: float) -> tuple[Pixels, int]:
    """Return pixels (n, 3), and how many were out of gamut."""
    target = space.from_srgb(own)
    target[:, 1:] += strength * (space.from_srgb(others)[:, 1:] - target[:, 1:])
    srgb = space.to_srgb(target)
    outside = ~_is_in_gamut(srgb)
    srgb[outside] = _with_less_chroma(target[outside], space)
    return np.clip(np.rint(srgb), 0, 255).astype(np.uint8), int(outside.sum())


def _with_less_chroma(target: FloatArray, space: ColourSpace) -> FloatArray:
    """Return sRGB (n, 3) with the largest part of each pixel's chroma that fits, by bisection.

    None of it always fits: that is grey.
    """
    least, greatest = np.zeros(len(target)), np.ones(len(target))
    for _ in range(HALVINGS):
        part = (least + greatest) / 2
        fits = _is_in_gamut(space.to_srgb(_scaled(target, part)))
        least, greatest = np.where(fits, part, least), np.where(fits, greatest, part)
    return space.to_srgb(_scaled(target, least))


def _scaled(target: FloatArray, part: FloatArray) -> FloatArray:
    return np.stack((target[:, 0], part * target[:, 1], part * target[:, 2]), axis=1)


def _is_in_gamut(srgb: FloatArray) -> NDArray[np.bool_]:
    fits: NDArray[np.bool_] = np.all((srgb >= -ROUNDING) & (srgb <= 255 + ROUNDING), axis=1)
    return fits
