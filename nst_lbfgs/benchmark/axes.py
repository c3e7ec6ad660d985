"""Logarithmic axes: their range, their ticks, and where a value is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MOST_TICKS = 8
# From the densest: the digits that have a tick in each decade.
DIGITS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))


@dataclass(frozen=True)
class Axis:
    """The range `lowest` to `highest` (above 0) laid over the places `start` to `end`."""

    lowest: float
    highest: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return where `value` is."""
        share = math.log(value / self.lowest) / math.log(self.highest / self.lowest)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The values to be labelled: as many of 1, 2, 3 ... 10, 20 ... as there is room for."""
        decades = range(math.floor(math.log10(self.lowest)), math.ceil(math.log10(self.highest)) + 1)
        for digits in DIGITS:
            ticks = [float(f'{digit}e{decade}') for decade in decades for digit in digits]
            ticks = [tick for tick in ticks if self.lowest <= tick <= self.highest]
            if len(ticks) <= MOST_TICKS:
                break
        return ticks


def log_axis(values: Sequence[float], start: float, end: float, *, margin: float = 0.04) -> Axis:
    """Return an axis that holds all values, which are above 0, with a margin on both sides.

    `margin` is a share of the range.
    """
    lowest, highest = min(values), max(values)
    factor = max((highest / lowest) ** margin, 1.02)
    return Axis(lowest / factor, highest * factor, start, end)
