"""Before a run: whether it fits into memory, and the largest height that does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nst_lbfgs.config import PictureConfig, TransferConfig
from nst_lbfgs.errors import InsufficientMemoryError
from nst_lbfgs.machine.memory import available_memory
from nst_lbfgs.machine.memory_model import largest_size, peak_memory

from .inputs import Inputs
from .streams import tell
from .transfer import TransferRun

GIGABYTE = 10**9


def within_memory(run: TransferRun, configs: Sequence[TransferConfig], *, fit: bool) -> TransferRun:
    """Return `run` if each of `configs` fits into the free memory, or if that is not known.

    If one does not, return with `fit` the run with smaller pictures of the same shape. Raises
    InsufficientMemoryError.
    """
    if fit:
        return _fitted(run, configs)
    check_memory(run.inputs, configs)
    return run


def check_memory(inputs: Inputs, configs: Sequence[TransferConfig], *, fixed_size: bool = False) -> None:
    """Raise InsufficientMemoryError unless each of `configs` fits into the free memory, if that is known.

    The message says which size would fit, unless the size is fixed.
    """
    shortage = _shortage(inputs, configs)
    if shortage:
        raise InsufficientMemoryError(f'{shortage}' if fixed_size else f'{shortage} {shortage.advice()}')


def _fitted(run: TransferRun, configs: Sequence[TransferConfig]) -> TransferRun:
    shortage = _shortage(run.inputs, configs)
    if not shortage:
        return run
    fitting = shortage.fitting()
    if fitting is None:
        raise InsufficientMemoryError(f'{shortage} {shortage.advice()}')
    pictures, size = fitting
    tell(f'{shortage} Going on with {size[1]} x {size[0]}.')
    config = replace(run.config, pictures=pictures)
    return replace(
        run,
        config=config,
        inputs=replace(run.inputs, config=pictures, size=size),
        outputs=replace(run.outputs, config=config),
    )


@dataclass(frozen=True)
class _Shortage:
    """Transfers that do not fit; as text, what the largest needs and what there is."""

    inputs: Inputs
    configs: Sequence[TransferConfig]
    free: int

    def __str__(self) -> str:
        height, width = self.inputs.size
        largest = max(self.configs, key=lambda config: peak_memory(config, height, width))
        need = math.ceil(10 * peak_memory(largest, height, width) / GIGABYTE) / 10
        free = math.floor(10 * self.free / GIGABYTE) / 10  # never the same figure for both
        return (
            f'Expected about {need:.1f} GB of free memory for {width} x {height} pixels, '
            f'{largest.computation.precision}. Received: {free:.1f} GB.'
        )

    def advice(self) -> str:
        """Return, as a sentence, what would fit and how to ask for it."""
        fitting = self.fitting()
        if fitting is None:
            return 'No size would fit.'
        pictures, (height, width) = fitting
        sides = f'--image-height {height}' + (f' --image-width {width}' if pictures.image_width else '')
        narrow = '; or this size with --precision bfloat16' if self._fits_in_bfloat16() else ''
        return f'{width} x {height} would fit: give --fit, or {sides}{narrow}.'

    def _fits_in_bfloat16(self) -> bool:
        """Return whether it is only that 'auto' may turn out to be float32."""
        narrow = [
            _narrow(config) if config.computation.precision == 'auto' else config for config in self.configs
        ]
        return all(peak_memory(config, *self.inputs.size) <= self.free for config in narrow)

    def fitting(self) -> tuple[PictureConfig, tuple[int, int]] | None:
        """Return the settings of the largest size that fits, and its height and width, if there is one.

        The content's shape is kept, or the one into which it is squashed.
        """
        pictures = self.inputs.config
        squashed = bool(pictures.image_height and pictures.image_width)
        shape = self.inputs.size if squashed else self.inputs.content.pixels.shape[:2]
        size = largest_size(self.configs, shape, self.inputs.size[0], self.free)
        if size is None:
            return None
        width = size[1] if squashed else None
        return replace(pictures, image_height=size[0], image_width=width, longest_side=None), size


def _shortage(inputs: Inputs, configs: Sequence[TransferConfig]) -> _Shortage | None:
    free = available_memory()
    if free is None or all(peak_memory(config, *inputs.size) <= free for config in configs):
        return None
    return _Shortage(inputs, configs, free)


def _narrow(config: TransferConfig) -> TransferConfig:
    return replace(config, computation=replace(config.computation, precision='bfloat16'))
