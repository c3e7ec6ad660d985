"""The pictures that go into a transfer, read once and resized when they are used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.config import PictureConfig, RunConfig, TransferConfig
from nst_lbfgs.errors import CheckpointError, ConfigError
from nst_lbfgs.pictures.plain import path_in_record, read_pair
from nst_lbfgs.pictures.reading import MAX_PIXELS, Picture, read_picture
from nst_lbfgs.pictures.size import check_size, fitted_size, resize
from nst_lbfgs.weights.sources import resolve_weights

if TYPE_CHECKING:
    from nst_lbfgs.arrays import Pixels


@dataclass(frozen=True)
class Inputs:
    """The pictures of a run; `size` is the height and width of the result."""

    config: PictureConfig
    content_path: Path
    style_path: Path
    content: Picture
    style: Picture
    init: Picture | None
    size: tuple[int, int]

    def resized_content(self) -> Pixels:
        """Return the content picture at the size of the result."""
        return self._resized(self.content)

    def resized_style(self) -> Pixels:
        """Return the style picture at the size at which its Gram matrices are taken."""
        return resize(self.style.pixels, *self.size_of_style(), self.config.resampling)

    def size_of_style(self) -> tuple[int, int]:
        """Return the height and width at which the style's Gram matrices are taken."""
        if self.config.style_size == 'content':
            return self.size
        return fitted_size(*self.style.pixels.shape[:2], longest_side=max(self.size))

    def resized_init(self) -> Pixels | None:
        """Return the picture to start from, if there is one, at the size of the result."""
        return None if self.init is None else self._resized(self.init)

    def resized_alpha(self) -> Pixels | None:
        """Return the content's alpha for the result."""
        if self.content.alpha is None:
            return None
        return resize(self.content.alpha, *self.size, self.config.resampling)

    def record(self) -> dict[str, Any]:
        """Return what a run record says of the inputs."""
        return {
            'content_path': path_in_record(self.content_path),
            'content_sha256': self.content.sha256,
            'style_path': path_in_record(self.style_path),
            'style_sha256': self.style.sha256,
            'init_sha256': self.init.sha256 if self.init else None,
            'height': self.size[0],
            'width': self.size[1],
        }

    def check_references(self, config: TransferConfig) -> None:
        """Raise ConfigError if content and style are to be one batch, but are not of one size."""
        if config.computation.references == 'each-evaluation' and self.size_of_style() != self.size:
            raise ConfigError(
                f"Expected a style picture of the content's size, {self.size}, for "
                f'references each-evaluation. Received: {self.size_of_style()}'
            )

    def check_unchanged(self, recorded: dict[str, Any]) -> None:
        """Raise CheckpointError, naming it, if a picture is not the one that a record was made with."""
        paths = {
            'content_sha256': self.content_path,
            'style_sha256': self.style_path,
            'init_sha256': self.config.init_path,
        }
        for name, digest in self.record().items():
            if name in paths and recorded.get(name) != digest:
                raise CheckpointError(
                    f'{paths[name]} has changed since the checkpoint. Expected the '
                    f'picture with SHA-256 {recorded.get(name)}. Received: {digest}'
                )

    def _resized(self, picture: Picture) -> Pixels:
        return resize(picture.pixels, *self.size, self.config.resampling)


def read_inputs(config: RunConfig, content_path: Path, style_path: Path, *, max_pixels: int | None) -> Inputs:
    """Check and read everything that a run needs, without TensorFlow.

    Raises ConfigError, ImageError or WeightsError.
    """
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    content, style = read_pair(content_path, style_path, max_pixels=limit)
    pictures = config.pictures
    size = fitted_size(
        *content.pixels.shape[:2],
        target_height=pictures.image_height,
        target_width=pictures.image_width,
        longest_side=pictures.longest_side,
    )
    check_size(*size, f'the result for {content_path}')
    init = None
    if pictures.init_path is not None:
        init = read_picture(Path(pictures.init_path), max_pixels=limit)
    weights = config.transfer.computation.weights
    if weights != 'imagenet':
        resolve_weights(weights, seed=config.transfer.start.seed)
    inputs = Inputs(pictures, content_path, style_path, content, style, init, size)
    check_size(*inputs.size_of_style(), f'the style picture {style_path} in its own shape')
    inputs.check_references(config.transfer)
    return inputs
