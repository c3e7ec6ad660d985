"""What `precision='auto'` means: the number type in which this machine convolves faster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import tensorflow as tf

from ..config import TransferConfig
from .device import may_have_bfloat16
from .kernel_speed import timed_layer

CHANNELS = 128  # of a layer like block2_conv2
SMALLEST_SIDE, LARGEST_SIDE = 64, 512
LONG_ENOUGH = 3e-3  # seconds of a call, long beside what it takes to start one
WORTHWHILE = 1.2  # times as fast; below that bfloat16's rounding buys too little
CLEAR_NO, CLEAR_YES = 1.1, 1.5
# Other work on the machine comes in bursts, in which calls take several times as long. So the best of a type
# is believed once several calls have come close to it.
CLOSE_CALLS, CLOSE = 5, 1.15
HOPELESS = 0.2  # times as fast: no burst explains that
MOST_SECONDS = 2.0


@dataclass(frozen=True)
class PrecisionChoice:
    """What 'auto' came to, and why."""

    precision: str
    reason: str

    def __str__(self) -> str:
        return f'{self.precision}: {self.reason}'


def with_chosen_precision(config: TransferConfig) -> tuple[TransferConfig, PrecisionChoice | None]:
    """Return `config` with 'auto' replaced by what it means here, and the choice if there was one.

    A deterministic run must not hang on a trial of speed: there 'auto' is float32.
    """
    if config.computation.precision != 'auto':
        return config, None
    if config.computation.deterministic:
        choice = PrecisionChoice('float32', 'a deterministic run does not hang on a trial of speed')
    else:
        choice = choose_precision()
    computation = replace(config.computation, precision=choice.precision)
    return replace(config, computation=computation), choice


@cache
def choose_precision() -> PrecisionChoice:
    """Choose, once a process: by what the processor says that it lacks, or else by a trial."""
    if not may_have_bfloat16():
        return PrecisionChoice('float32', 'this processor has no bfloat16')
    try:
        speed_up = bfloat16_speed_up()
    except tf.errors.OpError:
        return PrecisionChoice('float32', 'bfloat16 cannot be computed here')
    return PrecisionChoice(
        'bfloat16' if speed_up >= WORTHWHILE else 'float32',
        f'in a trial bfloat16 was {speed_up:.1f} times as fast as float32',
    )


def bfloat16_speed_up() -> float:
    """Try a layer there and back in both types by turns; return how many times as fast bfloat16 is.

    The best call of each type counts. It goes on while the answer is unclear or could be that of a burst of
    other work, for MOST_SECONDS and a call. Raises tf.errors.OpError if the device has no such kernel.
    """
    side = _side()
    timers = [timed_layer(side, CHANNELS, precision) for precision in ('float32', 'bfloat16')]
    calls: tuple[list[float], list[float]] = ([], [])
    while True:
        for seconds, timer in zip(calls, timers):
            seconds.append(timer())
        speed_up = min(calls[0]) / min(calls[1])
        clear = not CLEAR_NO < speed_up < CLEAR_YES and all(map(_is_believed, calls))
        if clear or speed_up < HOPELESS or sum(map(sum, calls)) >= MOST_SECONDS:
            return speed_up


def _side() -> int:
    """Return the least side at which a call in float32 is long enough."""
    side = SMALLEST_SIDE
    while side < LARGEST_SIDE and timed_layer(side, CHANNELS, 'float32')() < LONG_ENOUGH:
        side *= 2
    return side


def _is_believed(seconds: list[float]) -> bool:
    return sum(one <= CLOSE * min(seconds) for one in seconds) >= CLOSE_CALLS
