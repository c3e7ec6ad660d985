"""The work that one evaluation of the objective needs, from the layers' shapes."""

from __future__ import annotations

from ..config import TransferConfig
from ..network.layers import CONVOLUTIONS, FILTERS, LAYER_NAMES


def useful_flops(config: TransferConfig, height: int, width: int) -> int:
    """Return the floating-point operations of loss and gradient for one picture of this size.

    A multiplication and an addition count as two. Counted are, for the combination picture alone,

        2 * 9 * channels * filters * h * w   for each convolution up to the deepest layer in use,
                                             and as much for the gradient with respect to its input;
        2 * filters^2 * h * w                for each Gram matrix, and as much for its gradient.

    The weights are constant: there is no gradient with respect to them. Taps that fall on the padding
    count like the others. Rectifiers, poolings, distances and total variation are not counted.
    """
    objective = config.objective
    style = {name for name, weight in objective.style_layers if weight and objective.style_weight}
    sides = _sizes(height, width)
    deepest = max(LAYER_NAMES.index(name) for name in objective.layers)
    computed = LAYER_NAMES[: deepest + 1]
    convolutions = sum(
        2 * 9 * channels * filters * sides[name][0] * sides[name][1]
        for name, channels, filters in CONVOLUTIONS
        if name in computed
    )
    gram_matrices = sum(
        2 * FILTERS[name] ** 2 * sides[name][0] * sides[name][1] for name in FILTERS if name in style
    )
    return 2 * (convolutions + gram_matrices)


def _sizes(height: int, width: int) -> dict[str, tuple[int, int]]:
    """Return each layer's height and width; each pooling halves them, rounded down."""
    sizes = {}
    for name in LAYER_NAMES:
        if name.endswith('pool'):
            height, width = height // 2, width // 2
        sizes[name] = height, width
    return sizes
