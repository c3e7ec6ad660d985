"""The pictures and masks that a transfer is given, checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Pixels
from ..errors import ConfigError, ImageSizeError
from ..network.layers import SMALLEST_SIDE
from ..pictures.given import Picture, as_pixels
from .masks import Weights, checked_mask
from .references import References, Region, Source
from .style import CheckedStyle, Mask, Style, by_mask

Styles = Picture | Style | Sequence[Picture | Style]


@dataclass(frozen=True, eq=False)
class StyledRegion:
    """A part of the result, (H, W), without what is kept; None is all of it. The styles in it."""

    mask: Weights | None
    styles: tuple[CheckedStyle, ...]


@dataclass(frozen=True, eq=False)
class Given:
    """The content, (H, W, 3), the styles by region, and masks, each (H, W)."""

    content: Pixels
    styles: tuple[CheckedStyle, ...]
    regions: tuple[StyledRegion, ...]
    content_mask: Weights | None
    keep: Weights | None

    @classmethod
    def checked(
        cls, content: Picture, styles: Styles, content_mask: Mask | None = None, keep: Mask | None = None
    ) -> Given:
        """Return what is given: masks in float32, pictures as arrays, those that are no Style made one.

        The style goes where the content is not kept: every region's mask, also that of all the picture, is
        multiplied with 1 - keep. What is kept neither spends the style's statistics nor dilutes them.

        Raises ConfigError, ImageReadError and ImageSizeError.
        """
        pixels = checked_picture('content', content)
        size = pixels.shape[0], pixels.shape[1]
        if content_mask is not None:
            content_mask = checked_mask('content_mask', content_mask, size)
        if keep is not None:
            keep = checked_mask('keep', keep, size)
            if keep.min() == 1:
                raise ConfigError('Expected keep: a part that is not kept. Received: 1 everywhere')
        checked = _checked_styles(styles, size)
        return cls(pixels, checked, tuple(_regions(checked, keep)), content_mask, keep)

    def check_one_size(self) -> None:
        """Raise ConfigError unless all style pictures have the content's size."""
        for style in self.styles:
            if style.picture.shape != self.content.shape:
                raise ConfigError(
                    f"Expected a style picture of the content's size, {self.content.shape[:2]}, for "
                    f"references='each-evaluation'. Received: {style.picture.shape[:2]}"
                )

    def references(self, preprocess: Callable[[Pixels], NDArray[np.float32]]) -> References:
        """Return it in a system's coordinates; `preprocess` brings pictures (H, W, 3) there, (1, H, W, 3)."""
        pictures, sources = _sources(style for region in self.regions for style in region.styles)
        return References(
            preprocess(self.content),
            tuple(preprocess(picture) for picture in pictures),
            tuple(source for _, source in sources),
            tuple(
                Region(region.mask, tuple(_share(key, region.styles) for key, _ in sources))
                for region in self.regions
            ),
            self.content_mask,
            self.keep,
        )


def checked_picture(name: str, picture: Picture) -> Pixels:
    """Return a picture as an array, (H, W, 3) uint8, that VGG19 takes. `name` names it.

    Raises ConfigError, ImageReadError and ImageSizeError.
    """
    pixels = as_pixels(name, picture)
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        raise ImageSizeError(
            f'Expected {name}: at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels. '
            f'Received: {pixels.shape[1]} x {pixels.shape[0]}'
        )
    return pixels


def _checked_styles(styles: Styles, size: tuple[int, int]) -> tuple[CheckedStyle, ...]:
    one = isinstance(styles, (str, bytes)) or not isinstance(styles, Sequence)
    several: Any = [styles] if one else styles
    if not several:
        raise ConfigError('Expected a style picture. Received: none')
    checked: list[CheckedStyle] = []
    pictures: dict[int, Pixels] = {}  # one array for an image that is given twice
    for number, given in enumerate(several, start=1):
        name = f'style {number}' if len(several) > 1 else 'style'
        style = given if isinstance(given, Style) else Style(given)
        if id(style.picture) not in pictures:
            pictures[id(style.picture)] = checked_picture(name, style.picture)
        checked.append(_checked_style(name, style, pictures[id(style.picture)], size))
    return tuple(checked)


def _checked_style(name: str, style: Style, pixels: Pixels, size: tuple[int, int]) -> CheckedStyle:
    weight = style.weight
    number = isinstance(weight, (int, float, np.integer, np.floating)) and not isinstance(weight, bool)
    if not number or not isfinite(weight) or weight < 0:
        raise ConfigError(f'Expected the weight of {name}: a finite number, 0 or more. Received: {weight!r}')
    mask, source_mask = style.mask, style.source_mask
    if mask is not None:
        mask = checked_mask(f'the mask of {name}', mask, size)
    if source_mask is not None:
        height, width = pixels.shape[:2]
        source_mask = checked_mask(f'the source mask of {name}', source_mask, (height, width))
    return CheckedStyle(pixels, float(weight), mask, source_mask)


def _regions(styles: tuple[CheckedStyle, ...], keep: Weights | None) -> Iterable[StyledRegion]:
    for group in by_mask(styles):
        counted = tuple(style for style in group if style.weight)
        if not counted:
            raise ConfigError(
                'Expected a weight above 0 among the styles of each region. Received: 0 for all of one'
            )
        mask: Any = group[0].mask
        if keep is not None:
            mask = 1 - keep if mask is None else mask * (1 - keep)
            if not mask.any():
                raise ConfigError('Expected style masks with a part that is not kept. Received: one without')
        yield StyledRegion(mask, counted)


Key = tuple[int, int]
"""What tells one source from another: its picture and its mask, as objects."""


def _key(style: CheckedStyle) -> Key:
    return id(style.picture), id(style.source_mask)


def _sources(styles: Iterable[CheckedStyle]) -> tuple[list[Pixels], list[tuple[Key, Source]]]:
    """Return the different pictures of styles, and the different sources in the pictures' order."""
    pictures: dict[int, Pixels] = {}
    sources: dict[Key, Source] = {}
    for style in styles:
        pictures.setdefault(id(style.picture), style.picture)
        index = list(pictures).index(id(style.picture))
        mask: Any = style.source_mask
        sources.setdefault(_key(style), Source(index, mask))
    return list(pictures.values()), sorted(sources.items(), key=lambda item: item[1].picture)


def _share(key: Key, styles: tuple[CheckedStyle, ...]) -> float:
    """Return the share of a source in a region's target."""
    largest = max(style.weight for style in styles)  # so that no sum of weights overflows
    weights = [style.weight / largest for style in styles]
    own = [weight for style, weight in zip(styles, weights, strict=True) if _key(style) == key]
    return sum(own) / sum(weights)
