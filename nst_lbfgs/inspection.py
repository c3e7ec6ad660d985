"""Looking inside: statistics of VGG19's layers and Gram matrices, edges, total variation.

Source: TensorFlow's tutorial on neural style transfer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from .arrays import Pixels, Tensor
from .losses import absolute_total_variation, mean_gram_matrix
from .network.extractor import build_extractor
from .network.layers import LAYER_NAMES
from .network.preprocessing import PREPROCESSINGS
from .weights.vgg19 import Network


@dataclass(frozen=True)
class Statistics:
    """The shape of a tensor and its least, greatest and mean value."""

    shape: tuple[int, ...]
    minimum: float
    maximum: float
    mean: float


@dataclass(frozen=True)
class LayerReport:
    """A layer's output, (1, h, w, c), and its Gram matrix per location, (c, c)."""

    layer: str
    features: Statistics
    gram: Statistics


def layer_reports(pixels: Pixels, network: Network, *, pooling: str = 'max') -> list[LayerReport]:
    """Return a report on every layer of VGG19 for a picture, RGB (H, W, 3) of uint8.

    The features are those of `keras.applications.VGG19(include_top=False)` for the picture
    preprocessed in Caffe's way. TensorFlow's tutorial does so for its Gram matrices, but the layer statistics
    that it prints are for RGB times 255, not preprocessed.
    """
    extractor = build_extractor(LAYER_NAMES, network.kernels(), pooling=pooling)
    features = extractor(PREPROCESSINGS['caffe'].preprocess(pixels))
    return [
        LayerReport(name, _statistics(features[name]), _statistics(mean_gram_matrix(features[name])))
        for name in LAYER_NAMES
    ]


def total_variation(pixels: Pixels) -> float:
    """Return sum |dy| + sum |dx| of a picture in 0..1, `tf.image.total_variation`."""
    return float(absolute_total_variation(_unit(pixels)))


def edge_pictures(pixels: Pixels) -> dict[str, Pixels]:
    """Return the tutorial's four pictures of edges by their titles, uint8, grey where nothing changes.

    Deltas d between neighbours are shown as clip(2 d + 0.5), and are one row or column short;
    Sobel's s as clip(s / 4 + 0.5), at the picture's own size. As in the tutorial, horizontal are the
    differences from row to row: edges that lie horizontally.
    """
    picture = _unit(pixels)
    sobel = tf.image.sobel_edges(picture)
    return {
        'Horizontal deltas': _shown(2 * (picture[:, 1:] - picture[:, :-1]) + 0.5),
        'Vertical deltas': _shown(2 * (picture[:, :, 1:] - picture[:, :, :-1]) + 0.5),
        'Horizontal Sobel edges': _shown(sobel[..., 0] / 4 + 0.5),
        'Vertical Sobel edges': _shown(sobel[..., 1] / 4 + 0.5),
    }


def _unit(pixels: Pixels) -> Tensor:
    return tf.constant(PREPROCESSINGS['unit'].preprocess(pixels))


def _shown(values: Tensor) -> Pixels:
    return PREPROCESSINGS['unit'].deprocess(values.numpy())


def _statistics(values: Tensor) -> Statistics:
    array = values.numpy()
    return Statistics(
        tuple(array.shape), float(array.min()), float(array.max()), float(array.mean(dtype=np.float64))
    )
