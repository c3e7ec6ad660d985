"""How many numbers are in memory at once while a picture goes through the network in bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from ..network.bands import bands_of, groups_of, stages_of
from ..network.layers import CONVOLUTIONS, feature_shape

INPUTS = {name: channels for name, channels, _ in CONVOLUTIONS}


@dataclass(frozen=True)
class Numbers:
    """At their most: numbers in arrays of the whole picture, and those that layers are computed with.

    `columns` are those of all 3 x 3 neighbourhoods of a band's pixels, at the convolution with most of them.
    """

    arrays: int
    computed: int
    columns: int


def there_and_back(layers: Sequence[str], height: int, width: int, rows: int) -> Numbers:
    """Return the numbers of an evaluation with VGG19's first `layers`, in bands of about `rows` rows.

    The arrays are the stages' inputs but for the picture, and on the way back the gradients for a stage's
    outputs and inputs.
    """
    stages = stages_of(layers, height, rows)
    outputs = [prod(feature_shape(stage[-1], height, width)) for stage in stages.banded]
    inputs = [0, *outputs] if stages.whole else [0, *outputs[:-1], 0]
    arrays = [
        sum(inputs[: number + 1]) + inputs[number] + inputs[number + 1] for number in range(len(outputs))
    ]
    bands = [_heights(stage, height, rows) for stage in stages.banded]
    whole = {layer: feature_shape(layer, height, width)[0] for layer in stages.whole}
    computed = [_in_use(heights, width, recomputed=0) for heights in bands]
    return Numbers(
        max([sum(inputs), *arrays]),
        max([*computed, _in_use(whole, width, recomputed=1)]),
        max(_columns(heights, width) for heights in [*bands, whole]),
    )


def there(layers: Sequence[str], height: int, width: int, rows: int) -> Numbers:
    """Return the numbers of a picture's way forwards alone: a band's layer by layer, inputs and outputs."""
    groups = groups_of(layers)
    outputs = [prod(feature_shape(group[-1], height, width)) for group in groups]
    bands = [_heights(group, height, rows) for group in groups]
    computed = [
        max(map(sum, zip(sizes, sizes[1:]))) for sizes in ([0, *_sizes(each, width)] for each in bands)
    ]
    return Numbers(sum(outputs[:-1]), max(computed), max(_columns(heights, width) for heights in bands))


def _heights(stage: Sequence[str], height: int, rows: int) -> dict[str, int]:
    """Return how high a stage's highest band is at each layer; `height` is the picture's."""
    block_height = feature_shape(stage[0], height, 1)[0]
    count = max(band.inputs.height for band in bands_of(stage, block_height, rows))
    heights = {}
    for layer in stage:
        count = count // 2 if layer.endswith('_pool') else count
        heights[layer] = count
    return heights


def _sizes(heights: dict[str, int], width: int) -> list[int]:
    return [rows * prod(feature_shape(layer, 1, width)[1:]) for layer, rows in heights.items()]


def _in_use(heights: dict[str, int], width: int, *, recomputed: int) -> int:
    """Return how many numbers are in use when the gradient passes the layer where most are.

    These are all outputs up to there, without the first `recomputed` ones until the gradient gets to them;
    the gradient for this one's, and with it that of the Gram matrix, or that for the layer's input.
    """
    sizes = _sizes(heights, width)
    inputs = [0, *sizes]
    return max(
        (
            sum(sizes[recomputed if index >= recomputed else 0 : index + 1]) + size + max(size, inputs[index])
            for index, size in enumerate(sizes)
        ),
        default=0,
    )


def _columns(heights: dict[str, int], width: int) -> int:
    return max(
        (
            9 * INPUTS[layer] * rows * feature_shape(layer, 1, width)[1]
            for layer, rows in heights.items()
            if layer in INPUTS
        ),
        default=0,
    )
