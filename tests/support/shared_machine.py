"""A model of a machine that others use as well: it is slow in bursts."""

from __future__ import annotations

from random import Random


class SharedMachine:
    """A clock on which work takes 2 to 5 times as long in bursts of 50 to 500 ms, with gaps between.

    The gaps are as long on average as the bursts.
    """

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self._random = Random(seed)
        self._begin_burst(self._random.uniform(-0.5, 0.5))

    def work(self, seconds: float) -> float:
        """Do what takes `seconds` elsewhere, and up to a tenth more; return how long it took here."""
        begun = self.now
        left = seconds * self._random.uniform(1, 1.1)
        while left > 1e-9:
            if self.now >= self._end:
                self._begin_burst(self._end + self._random.uniform(0.05, 0.5))
            in_burst = self.now >= self._begin
            slowness = self._slowness if in_burst else 1.0
            until = self._end if in_burst else self._begin
            done = min(left, (until - self.now) / slowness)
            self.now += done * slowness
            left -= done
        return self.now - begun

    def _begin_burst(self, begin: float) -> None:
        self._begin = begin
        self._end = begin + self._random.uniform(0.05, 0.5)
        self._slowness = self._random.uniform(2, 5)
