"""VGG19, losses and preprocessing once more, plainly in NumPy: the tests' independent reference."""

from __future__ import annotations

import numpy as np

BLOCKS = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4}


def convolution(x, kernel, bias, padding='zero'):
    """Same-padded 3 x 3 cross-correlation: y[i, j, f] = sum_abc x[i+a-1, j+b-1, c] k[a, b, c, f] + b[f]."""
    height, width, channels = x.shape
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)), {'zero': 'constant', 'replicate': 'edge'}[padding])
    y = np.zeros((height * width, kernel.shape[-1]))
    for a in range(3):
        for b in range(3):
            shifted = padded[a : a + height, b : b + width].reshape(-1, channels)
            y += shifted @ kernel[a, b].astype(np.float64)
    return y.reshape(height, width, -1) + bias


def pool(x, how):
    """Pool 2 x 2 with stride 2, dropping an odd last row or column."""
    height, width, channels = x.shape
    blocks = x[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2, channels)
    return {'max': blocks.max, 'average': blocks.mean}[how](axis=(1, 3))


def features(caffe, kernels, pooling='max', deepest=None, padding='zero'):
    """Return every layer's features (h, w, c) of Caffe's coordinates (H, W, 3), down to `deepest`."""
    result, x = {}, np.asarray(caffe, np.float64)
    for block, count in BLOCKS.items():
        for index in range(1, count + 1):
            name = f'block{block}_conv{index}'
            x = np.maximum(convolution(x, *kernels[name], padding), 0)
            result[name] = x
            if name == deepest:
                return result
        x = pool(x, pooling)
        result[f'block{block}_pool'] = x
    return result


def caffe_from_rgb(rgb):
    """Keras's vgg19.preprocess_input: RGB 0..255 to BGR minus the mean."""
    return np.asarray(rgb, np.float64)[..., ::-1] - (103.939, 116.779, 123.68)


def gram(x):
    """X X^T, where X has one row a channel."""
    rows = x.reshape(-1, x.shape[-1]).T
    return rows @ rows.T
