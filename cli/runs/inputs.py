"""What goes into a transfer: the pictures that were read, at the sizes at which a run uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.guidance.given import Given
from nst_lbfgs.guidance.style import Style
from nst_lbfgs.machine.fitting_bands import least_memory, with_fitting_bands
from nst_lbfgs.machine.memory_model import peak_memory
from nst_lbfgs.pictures.colour_matching import match_colours
from nst_lbfgs.pictures.resolution import Dpi
from nst_lbfgs.pictures.size import check_size, fitted_size, resize
from nst_lbfgs.run_config import RunConfig

from .input_files import InputFiles
from .masks import Masks, Size, Target

if TYPE_CHECKING:
    from nst_lbfgs.arrays import Pixels
    from nst_lbfgs.pictures.reading import Picture

MOST_SIZES = 4  # of style pictures that are said


@dataclass(frozen=True, eq=False)
class Arranged:
    """What `transfer_style` takes, and the content's alpha for the result."""

    content: Pixels
    styles: tuple[Style, ...]
    content_mask: NDArray[np.float32] | None
    keep: NDArray[np.float32] | None
    init: Pixels | None
    alpha: Pixels | None


@dataclass(frozen=True)
class Inputs:
    """The files of a run and its settings; nothing is resized before it is asked for."""

    files: InputFiles
    config: RunConfig

    @cached_property
    def size(self) -> Size:
        """The height and width of the result."""
        pictures = self.config.pictures
        return fitted_size(
            *_size_of(self.files.content),
            target_height=pictures.image_height,
            target_width=pictures.image_width,
            longest_side=pictures.longest_side,
        )

    @property
    def squashed(self) -> bool:
        """Whether the content picture is squashed to an exact height and width."""
        return bool(self.config.pictures.image_height and self.config.pictures.image_width)

    def style_sizes(self, size: Size | None = None) -> list[Size]:
        """Return the height and width at which each style is used, for a result of another size perhaps."""
        scales = self.config.styles.scales_of(len(self.files.styles))
        return [
            self._style_size(_size_of(style), scale, size or self.size)
            for style, scale in zip(self.files.styles, scales, strict=True)
        ]

    def memory(self, config: TransferConfig | None = None, size: Size | None = None) -> int:
        """Return the bytes that a run needs, with another configuration or at another size perhaps."""
        return peak_memory(
            config or self.config.transfer,
            *(size or self.size),
            styles=self.style_sizes(size),
            regions=self.regions,
        )

    def least_memory(self, config: TransferConfig | None = None, size: Size | None = None) -> int:
        """Return the bytes that a run needs at least, in bands unless its settings say otherwise."""
        return least_memory(
            config or self.config.transfer,
            *(size or self.size),
            styles=self.style_sizes(size),
            regions=self.regions,
        )

    def fitted(self, config: TransferConfig) -> TransferConfig:
        """Return a configuration with the rows of bands that fit into memory now.

        Raises InsufficientMemoryError.
        """
        return with_fitting_bands(config, *self.size, styles=self.style_sizes(), regions=self.regions)

    @cached_property
    def regions(self) -> int:
        """The number of regions that have their own styles."""
        regions = self.masks.regions()
        if regions:
            return len(regions.masks)
        return len({mask.sha256 for mask in self.files.masks['style_masks']}) or 1

    @property
    def dpi(self) -> Dpi | None:
        """Pixels an inch of the result: as the settings say, or as the content picture has them."""
        dpi = self.config.pictures.dpi
        return self.files.content.dpi if dpi is None else (dpi, dpi)

    @property
    def masks(self) -> Masks:
        """The masks and maps over the result and the style pictures, at their sizes."""
        masks = self.config.masks
        squashed = self.config.pictures.style_size == 'content'
        return Masks(
            self.files,
            Target(self.files.content_path, _size_of(self.files.content), self.size, self.squashed),
            tuple(
                Target(path, _size_of(style), size, squashed)
                for path, style, size in zip(
                    self.files.style_paths, self.files.styles, self.style_sizes(), strict=True
                )
            ),
            masks.mask_threshold,
            masks.invert_masks,
            masks.keep_feather,
        )

    def check_sizes(self) -> None:
        """Raise ConfigError or ImageError for numbers and sizes that a run could not use.

        Nothing is resized yet.
        """
        self.config.check_number(len(self.files.styles))
        check_size(*self.size, f'the result for {self.files.content_path}')
        for path, size in zip(self.files.style_paths, self.style_sizes(), strict=True):
            check_size(*size, f'the style picture {path}{self._how_sized()}')
        self._check_references()

    def check_masks(self) -> None:
        """Raise ConfigError for masks and maps that a run could not use: all are brought to size for that."""
        arranged = self.arranged(recoloured=False)
        Given.checked(arranged.content, arranged.styles, arranged.content_mask, arranged.keep)

    def summary(self, config: TransferConfig, precision: str) -> str:
        """Return the sizes and the memory of a run in a line; `precision` is what 'auto' came to.

        `config` has the rows of its bands.
        """
        sizes = list(dict.fromkeys(f'{width} x {height}' for height, width in self.style_sizes()))
        more = f' and {len(sizes) - MOST_SIZES} more' if len(sizes) > MOST_SIZES else ''
        rows = config.computation.band_rows or self.size[0]
        bands = f', in bands of {rows} rows' if rows < self.size[0] else ''
        return (
            f'{self.size[1]} x {self.size[0]} pixels, style{"s" if len(self.files.styles) > 1 else ""} '
            f'{", ".join(sizes[:MOST_SIZES])}{more}, {precision}{bands}, about '
            f'{self.memory(config) / 1e9:.1f} GB'
        )

    def notes(self) -> list[str]:
        """Return what a person should know of how the files are used, in lines."""
        lines = self.masks.notes()
        regions = self.masks.regions()
        if regions and regions.unused:
            lines.append(f'Not in the content map, so not used: {", ".join(regions.unused)}')
        colours = self.config.colours
        if colours.match_colors and self.config.masks.style_masks:
            lines.append('The colours of each style are matched to the whole content picture.')
        return lines

    def arranged(self, *, recoloured: bool = True) -> Arranged:
        """Return everything at the size at which it is used; the styles `recoloured` if they are to be."""
        masks = self.masks
        content = self.resized_content()
        return Arranged(
            content,
            self._styles(self._style_pictures(content if recoloured else None)),
            masks.of_content(),
            masks.kept(),
            None if self.files.init is None else self._resized(self.files.init),
            self._alpha(),
        )

    def resized_content(self) -> Pixels:
        """Return the content picture at the size of the result."""
        return self._resized(self.files.content)

    def resized_styles(self) -> list[Pixels]:
        """Return the style pictures as they are used, but in their own colours."""
        return self._style_pictures(None)

    def pictures(self) -> dict[tuple[str, int], Picture | str]:
        """Return every picture and mask as its page takes it."""
        files = self.files
        named = {'content': (files.content,), 'style': files.styles, **files.masks}
        return {
            (name, number): picture
            for name, pictures in named.items()
            for number, picture in enumerate(pictures)
        }

    def record(self) -> dict[str, Any]:
        """Return what a run record says of the inputs."""
        return self.files.record() | {'height': self.size[0], 'width': self.size[1]}

    def _style_pictures(self, content: Pixels | None) -> list[Pixels]:
        """Return each style picture at its size, the same array for the same picture at the same size.

        With a content picture they have its colours, as far as the settings say.
        """
        made: dict[tuple[str, Size], Pixels] = {}
        for style, size in zip(self.files.styles, self.style_sizes(), strict=True):
            if (style.sha256, size) not in made:
                pixels = resize(style.pixels, *size, self.config.pictures.resampling)
                made[style.sha256, size] = pixels if content is None else self._matched(pixels, content)
        return [
            made[style.sha256, size]
            for style, size in zip(self.files.styles, self.style_sizes(), strict=True)
        ]

    def _matched(self, style: Pixels, content: Pixels) -> Pixels:
        colours = self.config.colours
        if colours.match_colors is None:
            return style
        return match_colours(style, content, colours.match_colors, colours.color_strength)

    def _styles(self, pictures: Sequence[Pixels]) -> tuple[Style, ...]:
        weights = self.config.styles.weights_of(len(pictures))
        regions = self.masks.regions()
        if regions:
            return regions.styles(pictures, weights)
        masks = self.masks
        return tuple(map(Style, pictures, weights, masks.of_styles(), masks.of_style_pictures()))

    def _style_size(self, picture: Size, scale: float, size: Size) -> Size:
        if self.config.pictures.style_size == 'content':
            return max(1, round(scale * size[0])), max(1, round(scale * size[1]))
        return fitted_size(*picture, longest_side=max(1, round(scale * max(size))))

    def _how_sized(self) -> str:
        shape = ' in its own shape' if self.config.pictures.style_size == 'own' else ''
        scales = self.config.styles.style_scales
        return shape if scales == (1.0,) else f'{shape}, scaled by {" ".join(f"{s:g}" for s in scales)},'

    def _check_references(self) -> None:
        if self.config.transfer.computation.references != 'each-evaluation':
            return
        other = [size for size in self.style_sizes() if size != self.size]
        if other:
            raise ConfigError(
                f"Expected a style picture of the content's size, {self.size}, for references "
                f'each-evaluation: give --style-size content and no --style-scale. Received: {other[0]}'
            )

    def _resized(self, picture: Picture) -> Pixels:
        return resize(picture.pixels, *self.size, self.config.pictures.resampling)

    def _alpha(self) -> Pixels | None:
        alpha = self.files.content.alpha
        return None if alpha is None else resize(alpha, *self.size, self.config.pictures.resampling)


def _size_of(picture: Picture) -> Size:
    return picture.pixels.shape[0], picture.pixels.shape[1]
