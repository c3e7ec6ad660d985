"""One run of `nst-lbfgs transfer`: inputs checked and read, the transfer, results written."""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.config import RunConfig, TransferConfig
from nst_lbfgs.errors import ConfigError, OutputWriteError
from nst_lbfgs.files import already_exists, write_whole
from nst_lbfgs.images import MAX_PIXELS, Picture, read_picture
from nst_lbfgs.picture_output import FORMATS, check_output, write_picture
from nst_lbfgs.picture_size import check_size, fitted_size, resize
from nst_lbfgs.plain_pictures import path_in_record, read_pair
from nst_lbfgs.postprocess import Enhancement, enhance
from nst_lbfgs.record import to_json, versions
from nst_lbfgs.weights import resolve_weights

from .progress import ProgressLines

if TYPE_CHECKING:
    from nst_lbfgs.features import Network
    from nst_lbfgs.picture_colour import Pixels
    from nst_lbfgs.transfer import Progress, TransferResult


@dataclass(frozen=True)
class Outputs:
    """The names of a run's results, from its prefix."""

    prefix: Path
    suffix: str
    config: RunConfig

    @classmethod
    def of(cls, prefix: Path, config: RunConfig) -> Outputs:
        """Return the names; a prefix that ends like a picture, as in `out/a.jpg`, is also the format."""
        if prefix.suffix.lower() in FORMATS:
            return cls(prefix.with_suffix(''), prefix.suffix, config)
        return cls(prefix, '.png', config)

    @property
    def picture(self) -> Path:
        return self._beside(self.suffix)

    @property
    def record(self) -> Path:
        return self._beside('.json')

    def at_iteration(self, iteration: int) -> Path | None:
        """Return where this iteration's picture goes, or None if it is not to be saved."""
        last = self.config.transfer.iterations - 1
        every = self.config.pictures.save_every
        if not every or iteration % every and iteration != last:
            return None
        return self._beside(f'_at_iteration_{iteration}{self.suffix}')

    def check(self, *, overwrite: bool) -> None:
        """Make the folder and raise OutputError unless every result can be written."""
        if self.prefix.name in ('', '..'):
            raise ConfigError(f'Expected PREFIX: how the names of the results begin. '
                              f'Received: {str(self.prefix)!r}')
        try:
            self.prefix.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputWriteError(f'Cannot make the folder {self.prefix.parent}: '
                                   f'{error.strerror}') from error
        check_output(self.picture, overwrite=overwrite)
        iterations = map(self.at_iteration, range(self.config.transfer.iterations))
        for path in [self.record, *filter(None, iterations)]:
            if not overwrite and os.path.lexists(path):
                raise already_exists(path)

    def _beside(self, ending: str) -> Path:
        return self.prefix.with_name(self.prefix.name + ending)


@dataclass(frozen=True)
class TransferRun:
    """A run whose inputs are read and whose outputs can be written."""

    config: RunConfig
    content_path: Path
    style_path: Path
    content: Picture
    style: Picture
    init: Picture | None
    size: tuple[int, int]
    outputs: Outputs
    overwrite: bool
    preset: str | None = None

    def run(self, command: list[str], network: Network | None = None) -> int:
        """Run the transfer and write its results. TensorFlow should be imported by now.

        `network` is what `announce_network` returned for this configuration, if it is at hand.
        """
        from nst_lbfgs.transfer import transfer_style

        config = self.config.transfer
        lines = ProgressLines(config.iterations, config.evaluations_per_iteration)
        network = network or announce_network(config, lines)
        lines.message(f'{self.size[1]} x {self.size[0]} pixels, {config.precision}')

        def save(progress: Progress) -> None:
            path = self.outputs.at_iteration(progress.losses.iteration)
            if path:
                self._write_picture(path, progress.picture())
            lines.iteration(progress.losses, str(path) if path else None)

        result = transfer_style(
            self.resized_content(), self.resized_style(), config,
            init=None if self.init is None else self._resized(self.init),
            network=network, on_iteration=save, on_evaluation=lines.evaluation)
        self._write_picture(self.outputs.picture, result.image)
        write_whole(self.outputs.record, to_json(self._record(result, command)),
                    overwrite=self.overwrite)
        lines.message(f'{self.outputs.picture} after {result.evaluations} evaluations: '
                      f'{result.stop_reason}')
        if result.failure:
            raise result.failure
        return 0

    def _record(self, result: TransferResult, command: list[str]) -> dict[str, Any]:
        from nst_lbfgs.device import device_description

        return {
            'command': shlex.join(['nst-lbfgs', *command]),
            'content_path': path_in_record(self.content_path),
            'content_sha256': self.content.sha256,
            'style_path': path_in_record(self.style_path),
            'style_sha256': self.style.sha256,
            'init_sha256': None if self.init is None else self.init.sha256,
            'prefix': str(self.outputs.prefix.absolute()),
            'picture': str(self.outputs.picture.absolute()),
            'height': self.size[0],
            'width': self.size[1],
            'preset': self.preset,
            'config': self.config,
            'weights': asdict(result.weights) | {
                'path': result.weights.path and str(result.weights.path)},
            'device': device_description(),
            'versions': versions(),
            'stop_reason': result.stop_reason,
            'evaluations': result.evaluations,
            'iterations': [asdict(losses) for losses in result.iterations],
        }

    def _write_picture(self, path: Path, pixels: Pixels) -> None:
        pictures = self.config.pictures
        if pictures.enhance:
            pixels = enhance(pixels, Enhancement(pictures.brightness, pictures.color,
                                                 pictures.sharpness))
        alpha = self.content.alpha
        if alpha is not None:
            alpha = resize(alpha, *self.size, pictures.resampling)
        write_picture(path, pixels, alpha=alpha, overwrite=self.overwrite)

    def resized_content(self) -> Pixels:
        """Return the content picture at the size of the result."""
        return self._resized(self.content)

    def resized_style(self) -> Pixels:
        """Return the style picture at the size at which its Gram matrices are taken."""
        pictures = self.config.pictures
        if pictures.style_size == 'content':
            return self._resized(self.style)
        own = fitted_size(*self.style.pixels.shape[:2], longest_side=max(self.size))
        return resize(self.style.pixels, *own, pictures.resampling)

    def _resized(self, picture: Picture) -> Pixels:
        return resize(picture.pixels, *self.size, self.config.pictures.resampling)


def announce_network(config: TransferConfig, lines: ProgressLines) -> Network:
    """Load VGG19 with the weights that `config` asks for, and say which they are."""
    from nst_lbfgs.features import load_network

    weights = resolve_weights(config.weights, seed=config.seed, report=lines.message)
    lines.message(f'Weights: {weights.description}')
    return load_network(weights, seed=config.seed)


def prepare(config: RunConfig, content_path: Path, style_path: Path, prefix: Path, *,
            max_pixels: int | None, overwrite: bool, preset: str | None = None) -> TransferRun:
    """Check and read everything that a run needs, without TensorFlow.

    Raises ConfigError, ImageError, OutputError or WeightsError.
    """
    outputs = Outputs.of(prefix, config)
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    content, style = read_pair(content_path, style_path, max_pixels=limit)
    pictures = config.pictures
    size = fitted_size(*content.pixels.shape[:2], target_height=pictures.image_height,
                       target_width=pictures.image_width, longest_side=pictures.longest_side)
    check_size(*size, f'the result for {content_path}')
    init = None
    if pictures.init_path is not None:
        init = read_picture(Path(pictures.init_path), max_pixels=limit)
    if config.transfer.weights != 'imagenet':
        resolve_weights(config.transfer.weights, seed=config.transfer.seed)
    outputs.check(overwrite=overwrite)
    return TransferRun(config, content_path, style_path, content, style, init, size, outputs,
                       overwrite, preset)
