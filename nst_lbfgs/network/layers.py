"""VGG19's layers as data: their names in Keras, in order, with the number of filters."""

from __future__ import annotations

# Simonyan and Zisserman, arXiv:1409.1556, table 1, configuration E: (convolutions, filters) of each block.
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

# Name, input channels and filters of each 3 x 3 convolution.
CONVOLUTIONS: tuple[tuple[str, int, int], ...] = tuple(zip(FILTERS, (3, *FILTERS.values()), FILTERS.values()))

SMALLEST_SIDE = 32  # pixels: five poolings halve each side
LARGE_PICTURE = 1 << 19  # pixels


def feature_shape(layer: str, height: int, width: int) -> tuple[int, int, int]:
    """Return the shape (h, w, c) of a layer's features for a picture of (height, width).

    Convolutions keep the size; each pooling halves it, rounded down.
    """
    block = int(layer[len('block')])
    poolings = block - (not layer.endswith('_pool'))
    return height >> poolings, width >> poolings, BLOCKS[block - 1][1]


def recomputed_layers(height: int, width: int) -> int:
    """Return how many of the first layers' features an evaluation does not keep.

    They are computed again when the gradient gets there: gradient checkpointing. block1_conv1's are a
    fifth of all that it would keep, and take half a hundredth of the time. In large pictures, where
    memory is what users run out of, it is the whole first block: a quarter of what is left, for a
    twentieth of the time.
    """
    return 1 if height * width < LARGE_PICTURE else BLOCKS[0][0] + 1
