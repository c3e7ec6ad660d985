"""How much memory a transfer needs, before it begins: a model whose constants were measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from ..config import AdamConfig, TransferConfig
from ..network.bands import rows_forwards
from ..network.layers import (
    CONVOLUTIONS,
    LARGE_PICTURE,
    LAYER_NAMES,
    SMALLEST_SIDE,
    feature_shape,
    recomputed_layers,
)
from ..network.reuse import KEPT_EXTRACTORS, KEPT_FUNCTIONS, KEPT_GRAM_BYTES
from .banded_memory import INPUTS, Numbers, there, there_and_back
from .processor import lacks_avx512

BYTES = {'bfloat16': 2, 'float32': 4, 'float64': 8, 'auto': 4}  # of a number; 'auto' may be bfloat16
SEARCH_BYTES = 8  # scipy's vectors are float64, and pictures of a search

# All of these were fitted to the largest resident memory (VmHWM) of whole runs of the command line with
# TensorFlow 2.21 and scipy 1.17 on Linux, two cores: 256 to 2048 pixels a side, in bfloat16, float32 and
# float64, with 4 and 10 pairs, in either coordinates, with restarts, bounds and Adam. The model was 7 %
# off at most, and 11 % too low at 128 x 128. A run in bfloat16 at 3840 x 2160, not
# among them, took 11.5 GB where it says 11.0. All those went through the network whole; for bands the same
# constants are taken: at 1024 x 1024, float32, in bands of 64 rows, a run took 1.96 GB where it says 1.64.
LIBRARIES = 760_000_000  # TensorFlow, Keras, scipy, Pillow, threads' workspaces; before any picture
ALLOCATOR_WASTE = 1.1  # what is resident over what is in use
PICTURES = 6  # of 3 numbers a pixel: combination, references, their gradient, total variation
ABOVE_ALL_SMALL = (736, 736)  # more than LARGE_PICTURE, and all poolings are exact
# Copies of each pixel's 3 x 3 neighbourhood, where a convolution is a product of matrices: in float64, for
# which there is no other kernel, and in all types on an x86 processor without AVX-512. (Measured on one with
# AVX2 at 512 pixels a side: whole runs in float32 took 1.49 to 1.69 GB, and this is between them.)
FLOAT64_COLUMNS = 1.4
COLUMNS_WITHOUT_AVX512 = {'bfloat16': 1.75, 'float32': 0.45, 'auto': 0.45}
# Vectors of a search, one number a value of the picture, beside those of each pair.
PAIR_VECTORS = 2
REMEMBERED_PAIR_VECTORS = 1  # once more in float32, to go on with from a checkpoint
LBFGS_VECTORS = 12
# Of the search whose steps are ours: two pictures, and in float32 gradients, the direction and its spectrum.
OWN_VECTORS = 6
OWN_PAIR_VECTORS = 1  # two in float32
BOUNDED_VECTORS = 22  # scipy makes Python numbers of the bounds
ADAM_VECTORS = 6
# What a network that `load_network` returned keeps at most, beyond a single transfer's need: the kernels, an
# extractor more, Gram matrices, and functions. It was 250 MB with one extractor, full otherwise: after 60
# transfers of 60 sizes with 60 style pictures, the last 20 of which added nothing.
KEPT_FOR_OTHER_TRANSFERS = (
    KEPT_EXTRACTORS * 80_000_000 + KEPT_GRAM_BYTES + KEPT_EXTRACTORS * KEPT_FUNCTIONS * 6_000_000
)


def peak_memory(
    config: TransferConfig,
    height: int,
    width: int,
    *,
    styles: Sequence[tuple[int, int]] = (),
    regions: int = 1,
) -> int:
    """Return how many bytes of memory a run of the command line needs at its peak, about.

    The result has `height` x `width` pixels, and each style picture one of the sizes `styles`, (height,
    width); none means one of the result's size. It has so many `regions`. It goes through the network in
    bands of `config.computation.band_rows`; None means whole, as does no less than its height.

    The sum is that of TensorFlow and the other libraries, the network's weights, what one evaluation keeps
    and computes, or the first pass of the largest style picture where that is more, and the vectors of the
    search.

    It is meant for the processor: on a GPU, features are in the GPU's memory. Rough are
    `references='each-evaluation'` (the network's share once for each picture in the batch) and a search
    that has to go on within bounds.
    """
    return LIBRARIES + round(
        _weights(config)
        + network_memory(config, height, width, styles=styles, regions=regions)
        + _arrays_of_bands(config, height, width, styles)
        + _masks(config, height, width, regions)
        + _content(config, height, width)
        + _pictures(config, height, width)
        + _search(config, 3 * height * width)
    )


def network_memory(
    config: TransferConfig,
    height: int,
    width: int,
    *,
    styles: Sequence[tuple[int, int]] = (),
    regions: int = 1,
) -> float:
    """Return how many bytes of that features and their gradients take at their peak, about."""
    layers = _computed_layers(config)
    rows = config.computation.band_rows
    if rows is None or rows >= height:
        pictures = 2 + max(1, len(styles)) if config.computation.references == 'each-evaluation' else 1
        numbers: float = pictures * _in_use(layers, height, width)
        numbers += _copied_neighbourhoods(config, layers, height, width)
    else:
        numbers = _in_use_for_bands(config, there_and_back(layers, height, width, rows))
    numbers += _padded_input(config, layers, min(rows or height, height), width)
    evaluation = BYTES[config.computation.precision] * numbers + _gram_matrices(config, regions)
    bands = _style_bands(config, height, width, styles)
    return ALLOCATOR_WASTE * max([evaluation, *(_first_pass(config, styles, *style) for style in bands)])


def _first_pass(
    config: TransferConfig, styles: Sequence[tuple[int, int]], size: tuple[int, int], numbers: Numbers | None
) -> float:
    """Return the bytes of a style picture's way through the network, forwards only, whole or in bands.

    In use are a layer's inputs and outputs, and all of the style pictures in float32.
    """
    layers = _computed_layers(config)
    if not layers:
        return 0.0
    if numbers:
        in_use = _in_use_for_bands(config, numbers)
    else:
        outputs = [prod(feature_shape(layer, *size)) for layer in layers]
        in_use = max(map(sum, zip([3 * prod(size), *outputs], outputs)))
        in_use += _copied_neighbourhoods(config, layers, *size)
    in_use += _padded_input(config, layers, *size)
    return BYTES[config.computation.precision] * in_use + 4 * 3 * sum(map(prod, styles))


def _style_bands(
    config: TransferConfig, height: int, width: int, styles: Sequence[tuple[int, int]]
) -> list[tuple[tuple[int, int], Numbers | None]]:
    """Return each style's size, and the numbers of its bands unless it goes through the network whole."""
    layers = _computed_layers(config)
    most = config.computation.band_rows or height
    rows = [rows_forwards(min(most, height), width, size[1]) for size in styles]
    return [
        (size, there(layers, *size, each) if layers and each < size[0] else None)
        for size, each in zip(styles, rows, strict=True)
    ]


def _arrays_of_bands(
    config: TransferConfig, height: int, width: int, styles: Sequence[tuple[int, int]]
) -> int:
    """Return the bytes of features that stay, or wait, outside of TensorFlow while bands go by."""
    layers, rows = _computed_layers(config), config.computation.band_rows
    numbers = [bands.arrays for _, bands in _style_bands(config, height, width, styles) if bands]
    if layers and rows is not None and rows < height:
        numbers.append(there_and_back(layers, height, width, rows).arrays)
    return BYTES[config.computation.precision] * max(numbers, default=0)


def _in_use_for_bands(config: TransferConfig, numbers: Numbers) -> float:
    return numbers.computed + _copies_of_neighbourhoods(config.computation.precision) * numbers.columns


def _padded_input(config: TransferConfig, layers: list[str], height: int, width: int) -> int:
    """Return the numbers of the largest input of a convolution once more, if edges are repeated around it."""
    if config.objective.padding == 'zero':
        return 0
    sizes = [prod(feature_shape(layer, height, width)) for layer in layers]
    return max((size for layer, size in zip(layers[1:], sizes) if layer in INPUTS), default=0)


def _copied_neighbourhoods(config: TransferConfig, layers: list[str], height: int, width: int) -> float:
    copies = _copies_of_neighbourhoods(config.computation.precision)
    sizes = [prod(feature_shape(layer, height, width)) for layer in layers]
    return copies * max(map(float, _columns(layers, sizes)), default=0.0)


def _copies_of_neighbourhoods(precision: str) -> float:
    if precision == 'float64':
        return FLOAT64_COLUMNS
    return COLUMNS_WITHOUT_AVX512[precision] if lacks_avx512() else 0.0


def largest_size(
    need: Callable[[int, int], float], shape: tuple[int, int], highest: int, free: float
) -> tuple[int, int] | None:
    """Return the largest (height, width) at which `need`, called with both, is at most `free` bytes.

    It has the shape of a picture of `shape`, its width rounded down, and a height of `highest` at
    most. None if not even 32 pixels on the shorter side fit.
    """
    height, width = shape

    def size(candidate: int) -> tuple[int, int]:
        return candidate, width * candidate // height

    def fits(candidate: int) -> bool:
        return need(*size(candidate)) <= free

    lowest = max(SMALLEST_SIDE, -(-SMALLEST_SIDE * height // width))
    if lowest > highest or not fits(lowest):
        return None
    while lowest < highest:  # lowest fits; above highest nothing does, or is wanted
        middle = (lowest + highest + 1) // 2
        lowest, highest = (middle, highest) if fits(middle) else (lowest, middle - 1)
    return size(lowest)


def _weights(config: TransferConfig) -> int:
    layers = _computed_layers(config)
    return BYTES[config.computation.precision] * sum(
        9 * channels * filters + filters for name, channels, filters in CONVOLUTIONS if name in layers
    )


def _in_use(layers: list[str], height: int, width: int) -> int:
    """Return how many numbers are in use when most are.

    Once pictures are large enough for more layers to be recomputed, they need less than somewhat smaller
    ones. Not so here: what fits has to fit at every smaller size, too.
    """
    recomputed = recomputed_layers(height, width)
    in_use = _in_use_at_each(layers, recomputed, height, width)
    if height * width >= LARGE_PICTURE:
        in_use += _in_use_at_each(layers, recomputed_layers(1, 1), *ABOVE_ALL_SMALL)
    return max(in_use, default=0)


def _in_use_at_each(layers: list[str], recomputed: int, height: int, width: int) -> list[int]:
    """Return how many numbers are in use when the gradient passes each layer.

    The outputs of all layers up to there, but not the first ones until they are
    recomputed together; the gradient of this layer's output; and with it that of the Gram matrix, or
    of the layer's input.
    """
    sizes = [prod(feature_shape(layer, height, width)) for layer in layers]
    inputs = [0, *sizes]
    return [
        sum(sizes[recomputed if index >= recomputed else 0 : index + 1]) + size + max(size, inputs[index])
        for index, size in enumerate(sizes)
    ]


def _columns(layers: list[str], sizes: list[int]) -> list[int]:
    """Return how many numbers the neighbourhoods of all pixels have, at each convolution."""
    locations = {
        layer: size // feature_shape(layer, 1, 1)[2] for layer, size in zip(layers, sizes, strict=True)
    }
    return [9 * channels * locations[name] for name, channels, _ in CONVOLUTIONS if name in locations]


def _gram_matrices(config: TransferConfig, regions: int) -> int:
    """Return the bytes of each further region's Gram matrices, targets and their gradients."""
    sizes = [feature_shape(layer, 1, 1)[2] ** 2 for layer, weight in config.objective.style_layers if weight]
    return (regions - 1) * 3 * sum(sizes) * max(BYTES[config.computation.precision], 4)


def _masks(config: TransferConfig, height: int, width: int, regions: int) -> int:
    """Return the bytes of several regions' masks: the given ones, without what is kept, and each layer's."""
    if regions == 1:
        return 0
    layers = [layer for layer, weight in config.objective.style_layers if weight]
    locations = sum(prod(feature_shape(layer, height, width)[:2]) for layer in layers)
    return regions * 4 * (2 * height * width + locations)


def _content(config: TransferConfig, height: int, width: int) -> int:
    """Return the bytes of the content's features and of two wide differences from them."""
    objective = config.objective
    if not objective.content_weight:
        return 0
    number = BYTES[config.computation.precision]
    features = sum(
        prod(feature_shape(layer, height, width)) for layer, weight in objective.content_layers if weight
    )
    return (number + 2 * max(number, 4)) * features


def _pictures(config: TransferConfig, height: int, width: int) -> int:
    return PICTURES * 3 * height * width * max(BYTES[config.computation.precision], 4)


def _search(config: TransferConfig, size: int) -> int:
    return SEARCH_BYTES * size * _search_vectors(config)


def _search_vectors(config: TransferConfig) -> int:
    optimizer = config.optimizer
    if isinstance(optimizer, AdamConfig):
        return ADAM_VECTORS
    steps = config.evaluations_per_iteration * (1 if optimizer.restart else config.iterations)
    pairs = min(optimizer.history, steps)
    if optimizer.spectral:
        return OWN_VECTORS + OWN_PAIR_VECTORS * pairs
    if optimizer.bounds:
        return BOUNDED_VECTORS + PAIR_VECTORS * pairs
    return LBFGS_VECTORS + pairs * (PAIR_VECTORS + (0 if optimizer.restart else REMEMBERED_PAIR_VECTORS))


def _computed_layers(config: TransferConfig) -> list[str]:
    """Return every layer up to the deepest in use."""
    layers = config.objective.layers
    return list(LAYER_NAMES[: LAYER_NAMES.index(layers[-1]) + 1]) if layers else []
