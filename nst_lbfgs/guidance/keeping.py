"""What stays as it was photographed, and the feathered border around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import PictureArray, Pixels


def feathered(mask: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return what is kept for a mask (H, W), 0 to 1: 1 where that is at least a half, and less around it.

    Outside it falls like a cosine's half wave: `width` pixels have a value between 1 and 0, all further
    ones have 0. With `width` 0 the border is hard.
    """
    from scipy.ndimage import distance_transform_edt  # here, for most runs keep nothing

    kept = mask >= 0.5
    if not kept.any():
        return np.zeros(mask.shape, np.float32)
    distance = np.minimum(distance_transform_edt(~kept), width + 1)
    falling: NDArray[np.float32] = (0.5 + 0.5 * np.cos(np.pi * distance / (width + 1))).astype(np.float32)
    falling[distance == width + 1] = 0
    return falling


def with_kept(picture: Pixels, content: Pixels, keep: NDArray[np.float32]) -> Pixels:
    """Return `picture` with `content` in the shares `keep`, (H, W), 0 to 1: byte for byte where that is 1.

    Both pictures are (H, W, 3). Shares between are taken of the sRGB values, as everywhere in a transfer.
    """
    mixed = blended(picture.astype(np.float32), content, keep[:, :, np.newaxis])
    return np.rint(mixed).astype(np.uint8)


def blended(x: PictureArray, content: PictureArray | Pixels, keep: PictureArray) -> PictureArray:
    """Return keep * content + (1 - keep) * x: exactly either of them where `keep` is 1 or 0."""
    mixed: PictureArray = keep * content + (1 - keep) * x
    return mixed


class Kept:
    """What of the content stays, in the coordinates of a search: of x as much as is not kept.

    `content` is (1, H, W, 3) in the coordinates of the preprocessing, `keep` (H, W), 0 to 1.
    """

    def __init__(self, content: PictureArray, keep: NDArray[np.float32]) -> None:
        self._content = content.reshape(-1, 3)
        self._keep = keep.reshape(-1, 1)

    def picture(self, x: PictureArray) -> PictureArray:
        """Return content + (1 - keep) (x - content), (n,): exactly the content where it is kept."""
        return blended(x.reshape(-1, 3), self._content, self._keep).reshape(-1)

    def gradient(self, gradient: PictureArray) -> PictureArray:
        """Return the gradient for x, (n,), from that for the picture, (n,)."""
        free: PictureArray = (1 - self._keep) * gradient.reshape(-1, 3)
        return free.reshape(-1)
