"""The loss terms: pure functions of tensors, chosen by name.

Features have shape (1, h, w, c), Gram matrices (c, c), pictures (1, H, W, 3).
"""

from __future__ import annotations

from collections.abc import Callable

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


def _rows(features: Tensor) -> Tensor:
    return tf.reshape(features, (tf.shape(features)[0], -1, features.shape[-1]))


def _products(rows: Tensor) -> Tensor:
    return tf.matmul(rows, rows, transpose_a=True)


def _products_by_slabs(rows: Tensor) -> Tensor:
    """Return the products in float32, a slab of rows at a time so that no float32 copy is kept."""
    pictures, count, channels = tf.shape(rows)[0], tf.shape(rows)[1], rows.shape[-1]
    slab = SLAB_VALUES // channels

    def add_slab(start: Tensor, products: Tensor) -> tuple[Tensor, Tensor]:
        wide = tf.cast(rows[:, start : start + slab], tf.float32)
        return start + slab, products + _products(wide)

    _, products = tf.while_loop(
        lambda start, _: start < count,
        add_slab,
        (0, tf.zeros((pictures, channels, channels))),
        shape_invariants=(tf.TensorShape(()), tf.TensorShape((None, channels, channels))),
        parallel_iterations=1,
    )
    return products


# What a system's Gram matrix is, as a multiple of the mean outer product, from (h, w, c).
GRAM_SCALES: dict[str, Callable[[int, int, int], float]] = {
    # X X^T as it is: the Keras example, the book and what follows them
    'sum': lambda height, width, channels: float(height * width),
    # divided by the locations: TensorFlow's tutorial and the GradientTape article
    'per-location': lambda height, width, channels: 1.0,
    # divided by the number of elements of X: Dive into Deep Learning
    'per-element': lambda height, width, channels: 1.0 / channels,
}


def sum_squared_error(actual: Tensor, expected: Tensor) -> Tensor:
    """Return sum((actual - expected)^2), in float32 at least."""
    return tf.reduce_sum(tf.square(_wide(actual) - _wide(expected)))


def mean_squared_error(actual: Tensor, expected: Tensor) -> Tensor:
    """Return mean((actual - expected)^2), in float32 at least."""
    return tf.reduce_mean(tf.square(_wide(actual) - _wide(expected)))


DISTANCES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    'sum-squared-error': sum_squared_error,
    'mean-squared-error': mean_squared_error,
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
    'absolute-sum': absolute_total_variation,
    'absolute-mean': mean_absolute_total_variation,
}


def _wide(tensor: Tensor) -> Tensor:
    return tf.cast(tensor, tf.float32) if tensor.dtype == tf.bfloat16 else tensor
