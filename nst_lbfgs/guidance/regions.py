"""Regions painted in flat colours: a map of the content, and one of each style picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Pixels
from ..errors import ConfigError
from .style import Style

TOLERANCE = 32
"""Colours with less than this between them in each channel, of 255, are one."""

SMALLEST_SHARE = 0.01
"""How much of a map a colour has to fill, away from borders, to be one of its colours."""

MOST_COLOURS = 32  # of a map; more are no regions but a photograph

Colour = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Regions:
    """What parts of a result take which parts of the style pictures, as neural-doodle's maps say it.

    `colours` are those of the content's map, the largest first, as '#rrggbb'; each is a region.
    `unused` are those that only style maps have.
    """

    colours: tuple[str, ...]
    unused: tuple[str, ...]
    masks: tuple[NDArray[np.float32], ...]
    """Of each region, (H, W) of the result, 0 or 1."""
    source_masks: tuple[tuple[NDArray[np.float32] | None, ...], ...]
    """Of each region and each style picture, (h, w), 0 or 1; None where its map lacks the colour."""

    @classmethod
    def from_maps(cls, content_map: Pixels, style_maps: Sequence[Pixels]) -> Regions:
        """Return the regions of a content map (H, W, 3) and a map (h, w, 3) for each style picture.

        A map's colours are those that fill at least 1 % of it, counted where all neighbours have the same
        colour. Colours less than 32 apart in each channel are one: JPEG's noise changes nothing. Any other
        pixel, as those of a smoothed border, belongs to the nearest colour of its map.

        Raises ConfigError for no style map, a map without flat colours, and, naming them, colours of the
        content's map that no style map has.
        """
        if not style_maps:
            raise ConfigError('Expected a map for each style picture. Received: none')
        palette = flat_colours('the content map', content_map)
        indices = nearest(content_map, palette)
        painted = [
            _matched(style_map, flat_colours(f'style map {number}', style_map), palette)
            for number, style_map in enumerate(style_maps, start=1)
        ]
        sources = tuple(tuple(masks[index] for masks, _ in painted) for index in range(len(palette)))
        colours = tuple(map(_name, palette))
        _check_counterparts(colours, sources)
        return cls(
            colours,
            tuple(dict.fromkeys(_name(colour) for _, unused in painted for colour in unused)),
            tuple((indices == index).astype(np.float32) for index in range(len(palette))),
            sources,
        )

    def styles(self, pictures: Sequence[Pixels], weights: Sequence[float] | None = None) -> tuple[Style, ...]:
        """Return the styles of all regions: of each picture the part of the region's colour.

        `pictures` are those of the style maps, in their order and of their sizes; `weights` are one a
        picture, all alike if there are none. Raises ConfigError for other numbers and sizes.
        """
        shares = [1.0] * len(pictures) if weights is None else list(weights)
        expected = len(self.source_masks[0])
        for what, count in (('pictures', len(pictures)), ('weights', len(shares))):
            if count != expected:
                raise ConfigError(f'Expected {expected} {what}, one a style map. Received: {count}')
        return tuple(
            _style(number, pictures[number], shares[number], mask, source)
            for mask, sources in zip(self.masks, self.source_masks, strict=True)
            for number, source in enumerate(sources)
            if source is not None
        )


def flat_colours(name: str, picture: Pixels) -> list[Colour]:
    """Return the flat colours of a map, (H, W, 3), the most frequent first. `name` names it in errors."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ConfigError(
            f'Expected {name}: a picture (H, W, 3) of uint8. Received: {picture.shape} of {picture.dtype}'
        )
    packed = picture[_flat(picture)].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    values, counts = np.unique(packed, return_counts=True)
    colours = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=-1).astype(np.uint8)
    least = SMALLEST_SHARE * picture[..., 0].size
    palette: list[Colour] = []
    while counts.sum() >= least:
        most = colours[np.argmax(counts)]
        alike = _distance(colours, most) < TOLERANCE
        if counts[alike].sum() >= least:
            palette.append((int(most[0]), int(most[1]), int(most[2])))
        colours, counts = colours[~alike], counts[~alike]
    if not 0 < len(palette) <= MOST_COLOURS:
        raise ConfigError(
            f'Expected {name}: a picture painted in 1 to {MOST_COLOURS} flat colours. '
            f'Received: {len(palette)}'
        )
    return palette


def nearest(picture: Pixels, palette: Sequence[Colour]) -> NDArray[np.intp]:
    """Return the index of the nearest colour (Euclidean, in sRGB) for each pixel of a map, (H, W)."""
    best = np.full(picture.shape[:2], np.inf, np.float32)
    index = np.zeros(picture.shape[:2], np.intp)
    for number, colour in enumerate(palette):
        distance = np.square(picture.astype(np.float32) - np.array(colour, np.float32)).sum(axis=-1)
        index[distance < best] = number
        best = np.minimum(best, distance)
    return index


def _flat(picture: Pixels) -> NDArray[np.bool_]:
    """Return where a pixel and its neighbours have one colour: no border runs there, however smooth."""
    flat = np.ones(picture.shape[:2], bool)
    down = _distance(picture[1:], picture[:-1]) < TOLERANCE // 2
    right = _distance(picture[:, 1:], picture[:, :-1]) < TOLERANCE // 2
    flat[1:] &= down
    flat[:-1] &= down
    flat[:, 1:] &= right
    flat[:, :-1] &= right
    return flat


def _distance(some: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return the largest difference in a channel."""
    difference: NDArray[np.int16] = np.abs(some.astype(np.int16) - other.astype(np.int16)).max(axis=-1)
    return difference


def _matched(
    style_map: Pixels, own: list[Colour], palette: list[Colour]
) -> tuple[list[NDArray[np.float32] | None], list[Colour]]:
    """Return a style map's mask for each colour of `palette`, and the colours that this lacks."""
    indices = nearest(style_map, own)
    masks: list[NDArray[np.float32] | None] = []
    matched = set()
    for colour in palette:
        distances = _distance(np.array(own, np.uint8), np.array(colour, np.uint8))
        index = int(np.argmin(distances))
        found = distances[index] < TOLERANCE
        masks.append((indices == index).astype(np.float32) if found else None)
        matched |= {index} if found else set()
    return masks, [colour for index, colour in enumerate(own) if index not in matched]


def _check_counterparts(
    colours: tuple[str, ...], sources: tuple[tuple[NDArray[np.float32] | None, ...], ...]
) -> None:
    alone = [
        colour for colour, masks in zip(colours, sources, strict=True) if all(mask is None for mask in masks)
    ]
    if alone:
        raise ConfigError(
            f'Expected every colour of the content map in a style map. Received: none has {", ".join(alone)}'
        )


def _style(
    number: int, picture: Pixels, weight: float, mask: NDArray[np.float32], source: NDArray[np.float32]
) -> Style:
    if picture.shape[:2] != source.shape:
        raise ConfigError(
            f'Expected style picture {number + 1}: of the size of its map, {source.shape}. '
            f'Received: {picture.shape[:2]}'
        )
    return Style(picture, weight, mask, source)


def _name(colour: Colour) -> str:
    return '#{:02x}{:02x}{:02x}'.format(*colour)
