"""Before a run: whether it fits into memory, in bands if need be, and the largest height that does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError, InsufficientMemoryError
from nst_lbfgs.machine.memory import available_memory
from nst_lbfgs.machine.memory_model import largest_size
from nst_lbfgs.run_config import PictureConfig

from .inputs import Inputs
from .masks import Size
from .streams import tell

GIGABYTE = 10**9


def within_memory(runs: Sequence[Inputs], *, fit: bool) -> list[Inputs]:
    """Return `runs` if each of them fits into the free memory, or if that is not known, and its own limit.

    If one does not, return with `fit` all of them with smaller pictures of the same shape. Raises
    InsufficientMemoryError, and ConfigError for `fit` if they differ in size.
    """
    if fit and len({run.size for run in runs}) > 1:
        raise ConfigError('Expected one size for all with --fit. Received: sizes that vary')
    shortage = _shortage(runs)
    if not shortage:
        return list(runs)
    fitting = shortage.fitting()
    if not fit or fitting is None:
        raise InsufficientMemoryError(f'{shortage} {shortage.advice()}')
    pictures, size = fitting
    tell(f'{shortage} Going on with {size[1]} x {size[0]}.')
    return [_at(run, pictures) for run in runs]


def check_memory(run: Inputs) -> None:
    """Raise InsufficientMemoryError unless a run whose size is fixed fits into the free memory."""
    shortage = _shortage([run])
    if shortage:
        raise InsufficientMemoryError(f'{shortage}')


@dataclass(frozen=True)
class _Shortage:
    """Runs that do not fit; as text, what the most demanding one needs and what there is."""

    runs: Sequence[Inputs]
    free: int | None

    def __str__(self) -> str:
        most = self._most_demanding()
        height, width = most.size
        need = math.ceil(10 * most.least_memory() / GIGABYTE) / 10
        room = math.floor(10 * _room(most, self.free) / GIGABYTE) / 10  # never the same figure for both
        limited = _room(most, self.free) != self.free
        expected = (
            f'a memory limit of about {need:.1f} GB' if limited else f'about {need:.1f} GB of free memory'
        )
        return (
            f'Expected {expected} for {width} x {height} pixels, '
            f'{most.config.transfer.computation.precision}. Received: {room:.1f} GB.'
        )

    def advice(self) -> str:
        """Return, as a sentence, what would fit and how to ask for it."""
        fitting = self.fitting()
        if fitting is None:
            return 'No size would fit.'
        pictures, (height, width) = fitting
        sides = f'--image-height {height}' + (f' --image-width {width}' if pictures.image_width else '')
        narrow = '; or this size with --precision bfloat16' if self._fits_in_bfloat16() else ''
        bands = '; or this size in bands, with --memory-limit' if self._is_whole_unasked() else ''
        return f'{width} x {height} would fit: give --fit, or {sides}{narrow}{bands}.'

    def _is_whole_unasked(self) -> bool:
        """Return whether a run is not in bands because it is deterministic: these hang on no free memory."""
        runs = [run.config.transfer.computation for run in self.runs]
        return any(each.deterministic and not (each.band_rows or each.memory_limit) for each in runs)

    def _most_demanding(self) -> Inputs:
        return max(self.runs, key=lambda run: _excess(run, self.free))

    def _fits_in_bfloat16(self) -> bool:
        """Return whether it is only that 'auto' may turn out to be float32."""
        return all(_excess(run, self.free, config=_narrow(run.config.transfer)) <= 0 for run in self.runs)

    def fitting(self) -> tuple[PictureConfig, Size] | None:
        """Return the settings of the largest size that fits, and its height and width, if there is one.

        The content's shape is kept, or the one into which it is squashed.
        """
        most = self._most_demanding()
        shape = most.size if most.squashed else most.files.content.pixels.shape[:2]
        size = largest_size(self._excess, shape, most.size[0], 0)
        if size is None:
            return None
        width = size[1] if most.squashed else None
        pictures = replace(most.config.pictures, image_height=size[0], image_width=width, longest_side=None)
        return pictures, size

    def _excess(self, height: int, width: int) -> float:
        return max(_excess(run, self.free, size=(height, width)) for run in self.runs)


def _shortage(runs: Sequence[Inputs]) -> _Shortage | None:
    free = available_memory()
    if all(_excess(run, free) <= 0 for run in runs):
        return None
    return _Shortage(runs, free)


def _excess(
    run: Inputs, free: int | None, *, config: TransferConfig | None = None, size: Size | None = None
) -> float:
    """Return how many bytes a run needs at least beyond those that it may have: 0 or less if it fits."""
    return run.least_memory(config, size) - _room(run, free)


def _room(run: Inputs, free: int | None) -> float:
    limit = run.config.transfer.computation.memory_limit
    return min(math.inf if free is None else free, math.inf if limit is None else limit)


def _narrow(config: TransferConfig) -> TransferConfig:
    if config.computation.precision != 'auto':
        return config
    return replace(config, computation=replace(config.computation, precision='bfloat16'))


def _at(run: Inputs, fitting: PictureConfig) -> Inputs:
    pictures = replace(
        run.config.pictures,
        image_height=fitting.image_height,
        image_width=fitting.image_width,
        longest_side=None,
    )
    return replace(run, config=replace(run.config, pictures=pictures))
