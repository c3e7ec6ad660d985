"""What `precision='auto'` means: the number type in which this machine convolves faster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import tensorflow as tf

from ..config import TransferConfig
from .kernel_speed import convolution_rate

# A convolution like block2_conv2's on a small picture: milliseconds where bfloat16 is native, bearable
# where it is emulated, and long beside what it takes to start it.
SIDE, CHANNELS = 128, 128
WORTHWHILE = 1.2  # times as fast; below that bfloat16's rounding buys too little


@dataclass(frozen=True)
class PrecisionChoice:
    """What 'auto' came to, and how many times as fast as float32 bfloat16 was in the trial."""

    precision: str
    speed_up: float

    def __str__(self) -> str:
        return f'{self.precision}: here bfloat16 is {self.speed_up:.1f} times as fast as float32'


@cache
def choose_precision() -> PrecisionChoice:
    """Try a convolution in both types, well under a second and once a process, and choose."""
    try:
        speed_up = convolution_rate(SIDE, CHANNELS, 'bfloat16') / convolution_rate(SIDE, CHANNELS, 'float32')
    except tf.errors.OpError:  # a device without such a kernel
        speed_up = 0.0
    return PrecisionChoice('bfloat16' if speed_up >= WORTHWHILE else 'float32', speed_up)


def with_chosen_precision(config: TransferConfig) -> tuple[TransferConfig, PrecisionChoice | None]:
    """Return `config` with 'auto' replaced by what it means here, and the choice if there was one.

    A deterministic run must not hang on a trial of speed: there 'auto' is float32.
    """
    if config.computation.precision != 'auto':
        return config, None
    if config.computation.deterministic:
        return _with_precision(config, 'float32'), None
    choice = choose_precision()
    return _with_precision(config, choice.precision), choice


def _with_precision(config: TransferConfig, precision: str) -> TransferConfig:
    return replace(config, computation=replace(config.computation, precision=precision))
