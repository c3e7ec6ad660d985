"""VGG19's layers as data: their names in Keras, in order, with the number of filters."""

from __future__ import annotations

# Simonyan and Zisserman, 2014, configuration E: (convolutions, filters) of each block.
BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))

FILTERS: dict[str, int] = {
    f'block{block}_conv{index}': filters
    for block, (count, filters) in enumerate(BLOCKS, start=1)
    for index in range(1, count + 1)
}

LAYER_NAMES: tuple[str, ...] = tuple(
    name
    for block, (count, _) in enumerate(BLOCKS, start=1)
    for name in [*(f'block{block}_conv{index}' for index in range(1, count + 1)), f'block{block}_pool']
)

SMALLEST_SIDE = 32  # pixels: five poolings halve each side
