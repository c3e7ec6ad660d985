"""What is done to every picture before it is saved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.guidance.keeping import with_kept
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.enhancement import enhance
from nst_lbfgs.run_config import RunConfig


@dataclass(frozen=True, eq=False)
class PostProcessing:
    """The content's colours, the enhancement, and then once more what is kept of the content.

    `content`, (H, W, 3) uint8, is at the result's size; `keep` is float32, (H, W), 0 to 1, or None.
    """

    config: RunConfig
    content: Pixels
    keep: NDArray[np.float32] | None

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
