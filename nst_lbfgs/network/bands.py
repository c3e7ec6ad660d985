"""Which rows of features a band of a picture needs, and which of them count: pure arithmetic.

A band goes through some of VGG19's layers with more rows at its borders, for what lies beyond counts as
zeros there: each convolution makes one more row at a false border wrong. The rows that no false border has
touched are divided among the bands, at each layer: there each band counts, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Rows(NamedTuple):
    """Rows of a picture or of features, from `start` to before `stop`."""

    start: int
    stop: int

    @property
    def height(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Band:
    """What a stage reads of its input for a band, and at each layer the rows that count.

    `counted` are rows of the whole features, `own` the same rows within the band's features.
    """

    inputs: Rows
    counted: Mapping[str, Rows]
    own: Mapping[str, Rows]


@dataclass(frozen=True)
class Stages:
    """Runs of layers that a picture goes through one after the other.

    It goes in bands through each of `banded`, and through the layers of `whole` as a whole: their features
    are no higher than a band. Either may be empty.
    """

    banded: tuple[tuple[str, ...], ...]
    whole: tuple[str, ...]


def groups_of(layers: Sequence[str]) -> list[tuple[str, ...]]:
    """Return VGG19's first `layers` in groups, each a block.

    The first two blocks are one group: what lies between them, twice as large as all that follows, is never
    there as a whole.
    """
    groups: dict[int, list[str]] = {}
    for layer in layers:
        groups.setdefault(max(2, _block(layer)), []).append(layer)
    return [tuple(group) for group in groups.values()]


def stages_of(layers: Sequence[str], height: int, rows: int) -> Stages:
    """Return the stages of VGG19's first `layers` for a picture of `height`, in bands of `rows` at most.

    Those are rows of a stage's own input. So a band needs about as much memory at each stage.
    """
    groups = groups_of(layers)
    banded = [group for group in groups if _input_height(group, height) > rows]
    return Stages(tuple(banded), tuple(layer for group in groups[len(banded) :] for layer in group))


def rows_forwards(rows: int, width: int, other: int) -> int:
    """Return how many rows a picture as wide as `other` has in a band that it passes forwards alone.

    That takes half of the memory that the way there and back takes, where bands have `rows` rows of `width`.
    """
    return max(1, 2 * rows * width // other)


def bands_of(layers: Sequence[str], height: int, rows: int) -> list[Band]:
    """Return the bands of a stage whose input has `height` rows: as few as have about `rows` each.

    They are about equally high: memory that one has used serves the next.
    """
    heights = [height]
    for layer in layers:
        heights.append(heights[-1] // 2 if _pools(layer) else heights[-1])
    last = heights[-1]
    count = min(-(-height // rows), last)
    edges = [last * number // count for number in range(count + 1)]
    return [_band(layers, heights, Rows(*edge)) for edge in zip(edges, edges[1:])]


def _band(layers: Sequence[str], heights: Sequence[int], rows: Rows) -> Band:
    counted: dict[str, Rows] = {}
    needed = rows
    for layer, before, after in reversed(list(zip(layers, heights, heights[1:]))):
        counted[layer] = rows
        if _pools(layer):
            # A pooling drops an odd last row, which counts all the same.
            end = before if rows.stop == after else 2 * rows.stop
            rows = Rows(2 * rows.start, end)
            needed = Rows(2 * needed.start, before if needed.stop == after else 2 * needed.stop)
        else:
            needed = Rows(max(0, needed.start - 1), min(before, needed.stop + 1))
    aligned = needed.start - needed.start % 2 ** sum(map(_pools, layers))  # poolings fall as in the whole
    inputs = Rows(aligned, needed.stop)
    return Band(inputs, counted, _within(layers, inputs.start, counted))


def _within(layers: Sequence[str], start: int, counted: Mapping[str, Rows]) -> dict[str, Rows]:
    own = {}
    for layer in layers:
        start = start // 2 if _pools(layer) else start
        own[layer] = Rows(counted[layer].start - start, counted[layer].stop - start)
    return own


def _pools(layer: str) -> bool:
    return layer.endswith('_pool')


def _block(layer: str) -> int:
    return int(layer[len('block')])


def _input_height(layers: Sequence[str], height: int) -> int:
    return height >> (_block(layers[0]) - 1)
