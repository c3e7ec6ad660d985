"""What a combination picture is compared with, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..network.layers import SMALLEST_SIDE
from .masks import Weights
from .resizing import Size, halved_size, resized, resized_mask


@dataclass(frozen=True, eq=False)
class Source:
    """A style picture, by its index, and the part of it that counts, (h, w); None is all of it."""

    picture: int
    mask: Weights | None


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the result, (H, W), None is all of it, and each source's share in its target.

    The shares sum to 1.
    """

    mask: Weights | None
    shares: tuple[float, ...]

    @property
    def area(self) -> float:
        """The part of the result that it is, 0 to 1."""
        return 1.0 if self.mask is None else float(self.mask.mean(dtype=np.float64))


@dataclass(frozen=True, eq=False)
class References:
    """Content, (1, H, W, 3), and style pictures, (1, h, w, 3), in the coordinates of the preprocessing.

    `sources` are in the order of their pictures. `content_mask`, (H, W), is how much the content counts at
    each place; of `keep`, (H, W), the combination has the content's pixels. Masks are 0 to 1.
    """

    content: NDArray[np.float32]
    pictures: tuple[NDArray[np.float32], ...]
    sources: tuple[Source, ...]
    regions: tuple[Region, ...]
    content_mask: Weights | None
    keep: Weights | None

    def halved(self, times: int) -> References:
        """Return them with all sides halved so many times, style pictures' only while VGG19 takes them."""
        size = halved_size(self.content, times)
        sizes = [_large_enough(picture, halved_size(picture, times)) for picture in self.pictures]
        return References(
            resized(self.content, size),
            tuple(resized(picture, own) for picture, own in zip(self.pictures, sizes, strict=True)),
            tuple(
                replace(source, mask=_resized(source.mask, sizes[source.picture])) for source in self.sources
            ),
            tuple(replace(region, mask=_resized(region.mask, size)) for region in self.regions),
            _resized(self.content_mask, size),
            _resized(self.keep, size),
        )


def _large_enough(picture: NDArray[np.float32], size: Size) -> Size:
    """Return `size`, or one of the picture's shape that has the smallest side that VGG19 takes."""
    if min(size) >= SMALLEST_SIDE:
        return size
    height, width = picture.shape[1:3]
    shorter = min(height, width)
    return round(height * SMALLEST_SIDE / shorter), round(width * SMALLEST_SIDE / shorter)


def _resized(mask: Weights | None, size: Size) -> Weights | None:
    return None if mask is None else resized_mask(mask, size)
