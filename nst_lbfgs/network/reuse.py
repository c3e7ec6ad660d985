"""What was made with a network and may serve again, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ..arrays import Tensor

Value = TypeVar('Value')

KEPT_EXTRACTORS = 2  # of up to 80 MB each in float32: one to search in, one for the loss in float32
KEPT_FUNCTIONS = 12  # of each extractor, some 6 MB each: content and evaluation of each size
KEPT_GRAM_BYTES = 100_000_000  # 2.4 MB for a picture in float32 with the default layers: 40 pictures


class Latest(Generic[Value]):
    """The values asked for last, by key, as many as fit in `room`; with none of it nothing is kept.

    `made` counts the values that were made, `reused` how often one that was kept served again.
    """

    def __init__(self, room: int = 0) -> None:
        self.made = 0
        self.reused = 0
        self._room = room
        self._values: dict[Hashable, tuple[Value, int]] = {}

    def get(self, key: Hashable, make: Callable[[], Value], *, size: int = 1) -> Value:
        """Return the value of `key`, made if need be, after those that it takes the room of are dropped."""
        found = self._values.pop(key, None)
        if found is None:
            if size <= self._room:
                self._make_room(size)
            found = make(), size
            self.made += 1
        else:
            self.reused += 1
        if size <= self._room:
            self._values[key] = found  # as the last
        return found[0]

    def _make_room(self, size: int) -> None:
        taken = sum(each for _, each in list(self._values.values()))
        for oldest, (_, each) in list(self._values.items()):
            if taken + size <= self._room:
                return
            self._values.pop(oldest, None)
            taken -= each


@dataclass(frozen=True)
class Reuse:
    """What transfers with one extractor share: compiled functions, and style pictures' Gram matrices."""

    functions: Latest[Any] = field(default_factory=Latest)
    grams: Latest[dict[str, Tensor]] = field(default_factory=Latest)


class Made:
    """What was made with a network's weights. Nothing of it is kept unless `keep`.

    Kept are at most `KEPT_EXTRACTORS` extractors, each with the last `KEPT_FUNCTIONS` functions that were
    compiled with it, and `KEPT_GRAM_BYTES` of style pictures' Gram matrices. `grams.made` counts how often
    those of a picture were computed, `grams.reused` how often they were not computed again.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self.grams: Latest[dict[str, Tensor]] = Latest(KEPT_GRAM_BYTES if keep else 0)
        self._extractors: Latest[tuple[Any, Reuse]] = Latest(KEPT_EXTRACTORS if keep else 0)
        self._functions = KEPT_FUNCTIONS if keep else 0

    def extractor(self, key: Hashable, build: Callable[[], Any]) -> tuple[Any, Reuse]:
        """Return the extractor of `key`, built if need be, and what transfers with it share.

        With an extractor go its functions, which know its weights.
        """
        return self._extractors.get(key, lambda: (build(), Reuse(Latest(self._functions), self.grams)))
