"""The masks and maps of a run, brought to the sizes of what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.guidance.keeping import feathered
from nst_lbfgs.guidance.regions import Regions
from nst_lbfgs.pictures.masks import mask_values, of_one_shape, resized_mask
from nst_lbfgs.pictures.plain import is_plain
from nst_lbfgs.pictures.size import resize

from .input_files import InputFiles

Size = tuple[int, int]
MaskArray = NDArray[np.float32]


@dataclass(frozen=True)
class Target:
    """What a mask lies over: a picture's file, and the size at which it is used, both (height, width)."""

    path: Path
    file_size: Size
    size: Size
    squashed: bool

    def check_shape(self, mask_path: Path, mask_size: Size) -> None:
        """Raise ConfigError unless a mask has the picture's shape, or the one that it is squashed to."""
        fitting = [self.file_size, self.size] if self.squashed else [self.file_size]
        if mask_size != self.size and not any(of_one_shape(mask_size, size) for size in fitting):
            raise ConfigError(
                f'Expected {mask_path} in the shape of {self.path}, {_shown(self.file_size)}. '
                f'Received: {_shown(mask_size)}'
            )


@dataclass(frozen=True)
class Masks:
    """All masks and maps of `files`, over the result and over each style picture."""

    files: InputFiles
    result: Target
    styles: tuple[Target, ...]
    threshold: float | None
    inverted: bool
    feather: int

    def of_styles(self) -> list[MaskArray | None]:
        """Return where each style goes, (H, W), 0 to 1; None: everywhere."""
        targets = [self.result] * len(self.styles)
        return [self._mask('style_masks', number, target) for number, target in enumerate(targets)]

    def of_style_pictures(self) -> list[MaskArray | None]:
        """Return the part of each style picture that counts, (h, w), 0 to 1; None: all of it."""
        return [self._mask('style_source_masks', number, target) for number, target in enumerate(self.styles)]

    def of_content(self) -> MaskArray | None:
        """Return how much the content counts, (H, W), 0 to 1; None: fully."""
        return self._mask('content_mask', 0, self.result)

    def kept(self) -> MaskArray | None:
        """Return what is kept, (H, W), 0 to 1, with its soft border; None: nothing."""
        mask = self._mask('keep', 0, self.result)
        if mask is None:
            return None
        keep = feathered(mask, self.feather)
        path = self.files.mask_paths['keep'][0]
        if keep.min() >= 1:
            raise ConfigError(f'Expected {path} to leave something to be painted. Received: all is kept')
        if not keep.any():
            raise ConfigError(f'Expected {path} to keep something. Received: less than a half everywhere')
        return keep

    def regions(self) -> Regions | None:
        """Return the regions that the maps paint. Raises ConfigError for colours without counterpart."""
        if not self.files.masks['regions']:
            return None
        content_map, *style_maps = (
            self._map(number, target) for number, target in enumerate((self.result, *self.styles))
        )
        return Regions.from_maps(content_map, style_maps)

    def notes(self) -> list[str]:
        """Return a line for each mask and map that is brought to another size."""
        over_styles = {'style_source_masks': self.styles, 'regions': (self.result, *self.styles)}
        lines = []
        for name, paths in self.files.mask_paths.items():
            for number, path in enumerate(paths):
                target = over_styles[name][number] if name in over_styles else self.result
                before = self.files.masks[name][number].pixels.shape[:2]
                if before != target.size and not is_plain(path):
                    lines.append(f'{path}: {_shown(before)} brought to {_shown(target.size)}')
        return list(dict.fromkeys(lines))

    def _mask(self, name: str, number: int, target: Target) -> MaskArray | None:
        if not self.files.masks[name]:
            return None
        path, pixels = self.files.mask_paths[name][number], self.files.masks[name][number].pixels
        plain = is_plain(path)  # is white everywhere, whichever way masks are meant
        if not plain:
            target.check_shape(path, pixels.shape[:2])
        values = mask_values(pixels, threshold=self.threshold, invert=self.inverted and not plain)
        mask = resized_mask(values, *target.size)
        if not mask.any():
            how = 'inverted, black everywhere' if self.inverted and not plain else 'black everywhere'
            raise ConfigError(f'Expected {path} to be white somewhere. Received: {how}{self._from_grey()}')
        return mask

    def _from_grey(self) -> str:
        return '' if self.threshold is None else f' with mask_threshold {self.threshold:g}'

    def _map(self, number: int, target: Target) -> Pixels:
        path, pixels = self.files.mask_paths['regions'][number], self.files.masks['regions'][number].pixels
        target.check_shape(path, pixels.shape[:2])
        return resize(pixels, *target.size, 'nearest')


def _shown(size: tuple[int, ...]) -> str:
    return f'{size[1]} x {size[0]}'
