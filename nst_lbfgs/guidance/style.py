"""A style picture, and what of the result it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Pixels
from ..pictures.given import Picture

Mask = NDArray[np.floating[Any]] | NDArray[np.bool_]
"""Where something holds, (H, W), 0 to 1 or False and True."""


@dataclass(frozen=True, eq=False)
class Style:
    """A style picture, where it goes, and what of it counts.

    `picture` is RGB, (h, w, 3), uint8, or an image of Pillow's, at least 32 pixels a side, of any size.
    `weight`, 0 or more, is its share among the styles that have the same mask. `mask`, (H, W) of the
    result, says where the style goes: 1 there, 0 elsewhere, grey in proportion; None is everywhere.
    `source_mask`, (h, w) of its own picture, says in the same way which part of that counts; None is all
    of it.

    The values are checked by the transfer that they are given to.
    """

    picture: Picture
    weight: float = 1.0
    mask: Mask | None = None
    source_mask: Mask | None = None


@dataclass(frozen=True, eq=False)
class CheckedStyle(Style):
    """A style whose values a transfer has checked: an array for a picture, masks in float32."""

    picture: Pixels


def by_mask(styles: Sequence[CheckedStyle]) -> list[list[CheckedStyle]]:
    """Return the styles of each region: those with the same mask, in the order of the first of each."""
    groups: list[list[CheckedStyle]] = []
    for style in styles:
        group = next((group for group in groups if _same(group[0].mask, style.mask)), None)
        if group is None:
            groups.append([style])
        else:
            group.append(style)
    return groups


def _same(one: Mask | None, other: Mask | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or np.array_equal(one, other)
