"""The loss terms: pure functions of tensors, chosen by name.

Features have shape (1, h, w, c), Gram matrices (c, c), pictures (1, H, W, 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import tensorflow as tf

from .arrays import Tensor

SLAB_VALUES = 1 << 21  # 8 MiB in float32


def mean_gram_matrix(features: Tensor) -> Tensor:
    """Return `mean_gram_matrices` of features (1, h, w, c), shape (c, c)."""
    return mean_gram_matrices(features)[0]


def mean_gram_matrices(features: Tensor) -> Tensor:
    """Return the mean over all locations of the features' outer product, (n, c, c).

        G[a, b] = sum_ij F[i, j, a] F[i, j, b] / (h w)

    bfloat16 features are multiplied and summed in float32, and the result is float32.
    """
    rows = _rows(features)
    products = _products_by_slabs(rows) if rows.dtype == tf.bfloat16 else _products(rows)
    return products / tf.cast(tf.shape(rows)[1], products.dtype)


def mean_gram_gradient(features: Tensor, upstream: Tensor) -> Tensor:
    """Return the gradient for features (n, h, w, c) from that for their mean Gram matrices.

    It is computed in the features' own type.
    """
    rows = _rows(features)
    symmetric = upstream + tf.linalg.matrix_transpose(upstream)
    symmetric /= tf.cast(tf.shape(rows)[1], symmetric.dtype)
    return tf.reshape(tf.matmul(rows, tf.cast(symmetric, rows.dtype)), tf.shape(features))


@dataclass(frozen=True)
class Guide:
    """Where one Gram matrix looks: at a picture of a batch, by its `row`, and there by weights, (h * w, 1).

    The weights are 0 to 1 in float32 or wider, not all 0.
    """

    row: int
    weights: Tensor


def guided_gram_matrices(features: Tensor, guides: Sequence[Guide]) -> Tensor:
    """Return for each guide the weighted mean of the features' outer product, (guides, c, c).

        G[a, b] = sum_i w_i F[i, a] F[i, b] / sum_i w_i

    over the locations i of features (n, h, w, c). Gatys et al., Controlling Perceptual Factors in Neural
    Style Transfer (2017), section 4, multiply the features with a guidance channel T whose squares sum to
    1: w / sum w is its square. So a location of weight 0.5 counts half.

    A slab of rows is weighted at a time; bfloat16 features are multiplied and summed in float32.
    """
    totals = tf.stack([tf.reduce_sum(guide.weights) for guide in guides])

    def products(slab: Tensor, part: slice) -> Tensor:
        pictures = [slab[guide.row] for guide in guides]
        weighted = [picture * guide.weights[part] for picture, guide in zip(pictures, guides, strict=True)]
        return tf.stack([tf.matmul(*pair, transpose_a=True) for pair in zip(pictures, weighted, strict=True)])

    return _sum_over_slabs(_rows(features), products, len(guides)) / totals[:, tf.newaxis, tf.newaxis]


def guided_gram_gradient(features: Tensor, guide: Guide, upstream: Tensor) -> Tensor:
    """Return the gradient for features (n, h, w, c) from that for a guide's Gram matrix, (c, c).

    It is computed in the features' own type.
    """
    rows = _rows(features)
    symmetric = (upstream + tf.transpose(upstream)) / tf.reduce_sum(guide.weights)
    gradient = tf.matmul(rows[guide.row], tf.cast(symmetric, rows.dtype))
    gradient *= tf.cast(guide.weights, rows.dtype)
    others = features.shape[0] - 1 - guide.row
    return tf.reshape(tf.pad(gradient[tf.newaxis], ((guide.row, others), (0, 0), (0, 0))), tf.shape(features))


def _rows(features: Tensor) -> Tensor:
    return tf.reshape(features, (tf.shape(features)[0], -1, features.shape[-1]))


def _products(rows: Tensor) -> Tensor:
    return tf.matmul(rows, rows, transpose_a=True)


def _products_by_slabs(rows: Tensor) -> Tensor:
    """Return the products in float32, a slab of rows at a time so that no float32 copy is kept."""
    return _sum_over_slabs(rows, lambda slab, _: _products(slab), tf.shape(rows)[0])


def _sum_over_slabs(
    rows: Tensor, products: Callable[[Tensor, slice], Tensor], matrices: int | Tensor
) -> Tensor:
    """Return the sum over slabs of rows, (n, h * w, c), of their `products`, (matrices, c, c).

    Slabs are in float32 or wider.
    """
    count, channels = tf.shape(rows)[1], rows.shape[-1]
    dtype = tf.float32 if rows.dtype == tf.bfloat16 else rows.dtype
    size = SLAB_VALUES // channels

    def add_slab(start: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
        part = slice(start, start + size)
        return start + size, total + products(tf.cast(rows[:, part], dtype), part)

    _, total = tf.while_loop(
        lambda start, _: start < count,
        add_slab,
        (0, tf.zeros((matrices, channels, channels), dtype)),
        shape_invariants=(tf.TensorShape(()), tf.TensorShape((None, channels, channels))),
        parallel_iterations=1,
    )
    return total


# What a system's Gram matrix is, as a multiple of the mean outer product, from (h, w, c).
GRAM_SCALES: dict[str, Callable[[int, int, int], float]] = {
    # X X^T as it is: the Keras example, the book and what follows them
    'sum': lambda height, width, channels: float(height * width),
    # divided by the locations: TensorFlow's tutorial and the GradientTape article
    'per-location': lambda height, width, channels: 1.0,
    # divided by the number of elements of X: Dive into Deep Learning
    'per-element': lambda height, width, channels: 1.0 / channels,
}


def sum_squared_error(actual: Tensor, expected: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return sum(weights (actual - expected)^2), in float32 at least; without weights they are 1."""
    return tf.reduce_sum(_squares(actual, expected, weights))


def mean_squared_error(actual: Tensor, expected: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return mean(weights (actual - expected)^2), in float32 at least; without weights they are 1."""
    return tf.reduce_mean(_squares(actual, expected, weights))


def relative_squared_error(actual: Tensor, expected: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return sum(weights (actual - expected)^2) / sum(expected^2), in float32 at least.

    Without weights it is 0 where both agree and 1 for an `actual` of zeros, whatever picture, layer and size
    are. For an `expected` of zeros it is 0.
    """
    squares = tf.reduce_sum(tf.square(_wide(expected)))
    return tf.math.divide_no_nan(sum_squared_error(actual, expected, weights), squares)


DISTANCES: dict[str, Callable[..., Tensor]] = {
    'sum-squared-error': sum_squared_error,
    'mean-squared-error': mean_squared_error,
    'relative-squared-error': relative_squared_error,
}

# What VGG19's features are multiplied with before they are compared.
FEATURE_SCALES: dict[str, float] = {
    # As Caffe's network computes them from pixels of 0 to 255: all but Dive into Deep Learning
    'caffe': 1.0,
    # As if the network had been trained on torchvision's coordinates, where a channel's standard deviation,
    # 0.226 of 255 on average, is 1. Convolutions and rectifiers are positively
    # homogeneous: an input that many times smaller, with biases as much smaller, gives features
    # that many times smaller. torchvision's own VGG19 was trained afresh: this is its scale of
    # input, not its weights.
    'torchvision': 1.0 / (255 * 0.226),
}

# What a style distance is multiplied with, from the picture's size (H, W).
STYLE_NORMALISATIONS: dict[str, Callable[[int, int], float]] = {
    'none': lambda height, width: 1.0,
    # The Keras example divides by 4 channels^2 size^2 with the *picture's* 3 channels and H W
    # pixels, where Gatys et al. have the layer's own numbers.
    'picture-size': lambda height, width: 1.0 / (4.0 * 3.0**2 * (height * width) ** 2),
}


def smooth_total_variation(picture: Tensor) -> Tensor:
    """Return sum((dy^2 + dx^2)^1.25) over all pixels but the last row and column.

    Source: Keras's example, and the book, section 8.3. It is written in operations whose gradients are
    quick, as those of powers and of strided slices are not. Inside the root is 1e-30 more, which is
    nothing beside any difference of float32 pixels and keeps the root's slope finite at 0.
    """
    height, width, channels = picture.shape[1:]
    size = (1, height - 1, width - 1, channels)
    corner = tf.slice(picture, (0, 0, 0, 0), size)
    down = tf.slice(picture, (0, 1, 0, 0), size) - corner
    right = tf.slice(picture, (0, 0, 1, 0), size) - corner
    squares = tf.square(down) + tf.square(right)
    return tf.reduce_sum(squares * tf.sqrt(tf.sqrt(squares + 1e-30)))


def mean_smooth_total_variation(picture: Tensor) -> Tensor:
    """Return `smooth_total_variation` over the number of values that it sums."""
    height, width, channels = picture.shape[1:]
    return smooth_total_variation(picture) / float((height - 1) * (width - 1) * channels)


def absolute_total_variation(picture: Tensor) -> Tensor:
    """Return sum |dy| + sum |dx|, as `tf.image.total_variation` does (TensorFlow's tutorial)."""
    return tf.reduce_sum(tf.image.total_variation(picture))


def mean_absolute_total_variation(picture: Tensor) -> Tensor:
    """Return (mean |dy| + mean |dx|) / 2 (Dive into Deep Learning)."""
    down = tf.reduce_mean(tf.abs(picture[:, 1:] - picture[:, :-1]))
    right = tf.reduce_mean(tf.abs(picture[:, :, 1:] - picture[:, :, :-1]))
    return (down + right) / 2


TOTAL_VARIATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    'smooth': smooth_total_variation,
    'smooth-mean': mean_smooth_total_variation,
    'absolute-sum': absolute_total_variation,
    'absolute-mean': mean_absolute_total_variation,
}


def _squares(actual: Tensor, expected: Tensor, weights: Tensor | None) -> Tensor:
    squares = tf.square(_wide(actual) - _wide(expected))
    return squares if weights is None else weights * squares


def _wide(tensor: Tensor) -> Tensor:
    return tf.cast(tensor, tf.float32) if tensor.dtype == tf.bfloat16 else tensor
