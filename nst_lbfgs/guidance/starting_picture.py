"""The picture that a search starts from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import PictureArray, Pixels
from ..config import StartConfig
from ..errors import ConfigError
from ..pictures.colour_matching import monge_kantorovich
from ..pictures.colour_statistics import ColourStatistics
from ..pictures.size import resize
from .given import Given, StyledRegion

GRAY = 127.5


def check_init(init: Pixels | None, content: Pixels, start: StartConfig) -> None:
    """Raise ConfigError unless the picture to start from, if it is a given one, has the content's shape."""
    if start.kind == 'picture' and (init is None or init.shape != content.shape):
        received = None if init is None else init.shape
        raise ConfigError(
            f"Expected init: a picture of the content's shape, {content.shape}, for "
            f'init="picture". Received: {received}'
        )


def starting_picture(given: Given, init: Pixels | None, start: StartConfig) -> NDArray[Any]:
    """Return the picture to start from, RGB, (H, W, 3), 0 to 255, not rounded."""
    if not start.noise_share:
        return _calm(given, init, start)
    noise = np.random.default_rng(start.seed).uniform(0, 255, given.content.shape)
    return noise if start.kind == 'noise' else _blend(given, start, noise)


def without_noise(given: Given, init: Pixels | None, start: StartConfig) -> NDArray[Any] | None:
    """Return the same picture with middle grey in place of noise; None if it is all noise."""
    if start.kind == 'noise':
        return None
    return _blend(given, start, GRAY) if start.noise_share else _calm(given, init, start)


def _blend(given: Given, start: StartConfig, other: NDArray[np.float64] | float) -> NDArray[Any]:
    blend: NDArray[Any] = (1 - start.noise_share) * _content(given, start) + start.noise_share * other
    return blend


def _calm(given: Given, init: Pixels | None, start: StartConfig) -> NDArray[Any]:
    if start.kind == 'picture':
        assert init is not None
        return init
    if start.kind == 'style':
        return resize(given.styles[0].picture, *given.content.shape[:2])
    if start.kind == 'gray':
        return np.full(given.content.shape, GRAY)
    return _content(given, start)


def _content(given: Given, start: StartConfig) -> NDArray[Any]:
    return with_styles_colours(given) if start.init_colors == 'matched' else given.content


def with_styles_colours(given: Given) -> PictureArray:
    """Return the content with the styles' mean colour and covariance, float32 (H, W, 3), 0 to 255.

    In each region it is recoloured from its own statistics there to those of the styles together, by
    their weights, each over the part of it that counts. The regions' outcomes are averaged by their
    masks; where these sum to less than 1, the rest is the content as it is.
    """
    content = given.content.astype(np.float32)
    total = np.zeros((*content.shape[:2], 1), np.float32)
    colours = np.zeros_like(content)
    for region in given.regions:
        mask = np.ones_like(total) if region.mask is None else region.mask[:, :, np.newaxis]
        colours += mask * _recoloured(content, region)
        total += mask
    mixed = (colours + np.maximum(1 - total, 0) * content) / np.maximum(total, 1)
    clipped: PictureArray = np.clip(mixed, 0, 255)
    return clipped


def _recoloured(content: NDArray[np.float32], region: StyledRegion) -> PictureArray:
    styles = region.styles
    palettes = [ColourStatistics.of(style.picture, style.source_mask) for style in styles]
    target = ColourStatistics.mixed(palettes, [style.weight for style in styles])
    return monge_kantorovich(content, ColourStatistics.of(content, region.mask), target)
