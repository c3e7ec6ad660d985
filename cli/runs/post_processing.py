"""What is done to every picture before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nst_lbfgs.arrays import DeepPixels, Pixels
from nst_lbfgs.guidance.keeping import with_kept
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.enhancement import enhance
from nst_lbfgs.run_config import RunConfig

if TYPE_CHECKING:
    from nst_lbfgs.transfer import TransferResult


@dataclass(frozen=True, eq=False)
class PostProcessing:
    """The content's colours, the enhancement, and then once more what is kept of the content.

    `content`, (H, W, 3) uint8, is at the result's size; `keep` is float32, (H, W), 0 to 1, or None.
    """

    config: RunConfig
    content: Pixels
    keep: NDArray[np.float32] | None

    def of_result(self, result: TransferResult) -> tuple[Pixels | DeepPixels, float | None]:
        """Return the finished picture as `of` does, or in 16 bits, where nothing is done to it."""
        if self.config.pictures.bits == 8:
            return self.of(result.image)
        preprocessing = PREPROCESSINGS[self.config.transfer.objective.preprocessing]
        return preprocessing.deprocess_deep(result.x.reshape(result.image.shape)), None

    def of(self, pixels: Pixels) -> tuple[Pixels, float | None]:
        """Return a picture as it is saved, and the share of its pixels that were out of gamut.

        None if no colours are preserved: then nothing is out of gamut. Without any processing the picture
        stays as it is, for in that of a transfer the content is kept already.
        """
        share, colours = None, self.config.colours
        if not (colours.preserve_colors or self.config.pictures.enhancement):
            return pixels, None
        if colours.preserve_colors:
            pixels, share = preserve_colours(
                pixels, self.content, colours.color_space, colours.color_strength
            )
        if self.config.pictures.enhancement:
            pixels = enhance(pixels, self.config.pictures.enhancement)
        if self.keep is not None:
            pixels = with_kept(pixels, self.content, self.keep)
        return pixels, share
