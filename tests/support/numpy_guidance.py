"""Guided Gram losses once more, plainly in NumPy: the tests' independent reference."""

from __future__ import annotations

import numpy as np

from . import numpy_vgg


def seen(mask):
    """Return what each layer sees of a mask (H, W): its mean over 3 x 3, and over 2 x 2 where VGG19 pools."""
    result, x = {}, np.asarray(mask, np.float64)
    for block, count in numpy_vgg.BLOCKS.items():
        for index in range(1, count + 1):
            padded = np.pad(x, 1, mode='edge')
            x = sum(padded[i : i + x.shape[0], j : j + x.shape[1]] for i in range(3) for j in range(3)) / 9
            result[f'block{block}_conv{index}'] = x
        x = numpy_vgg.pool(x[:, :, np.newaxis], 'average')[:, :, 0]
    return result


def guided_gram(features, weights):
    """Return sum_i w_i F_i F_i^T / sum_i w_i of features (h, w, c)."""
    rows, w = features.reshape(-1, features.shape[-1]), weights.ravel()
    return (rows.T * w) @ rows / w.sum()


def losses(content, styles, kernels, config, *, content_mask=None, keep=None):
    """Return the function of a picture (H, W, 3), in Caffe's coordinates, that is its two weighted losses.

    Of the objectives there are only those with sums of squares and the Keras example's numbers.
    """
    height, width = content.shape[:2]
    ones = np.ones((height, width))
    base = _features(numpy_vgg.caffe_from_rgb(content), kernels, config)
    counts = seen(ones if content_mask is None else content_mask)
    regions = {}
    for style in styles:
        mask = (ones if style.mask is None else style.mask) * (ones if keep is None else 1 - keep)
        regions.setdefault(mask.tobytes(), (mask, []))[1].append(style)
    targets = [(mask, seen(mask), _target(group, kernels, config)) for mask, group in regions.values()]

    def both(picture):
        combined = _features(picture, kernels, config)
        content_loss = sum(
            weight * np.sum(counts[name][:, :, np.newaxis] * (combined[name] - base[name]) ** 2)
            for name, weight in config.content_layers
        ) / len(config.content_layers)
        style_loss = 0.0
        for mask, where, target in targets:
            for name, weight in config.style_layers:
                h, w, _ = combined[name].shape
                difference = h * w * (guided_gram(combined[name], where[name]) - target[name])
                scale = mask.mean() * weight / (4 * 3**2 * (height * width) ** 2)
                style_loss += scale * np.sum(difference**2) / len(config.style_layers)
        return config.content_weight * content_loss, config.style_weight * style_loss

    return both


def _features(picture, kernels, config):
    return numpy_vgg.features(picture, kernels, deepest=config.layers[-1])


def _target(group, kernels, config):
    """Return by layer the weighted mean of the styles' guided Gram matrices."""
    total = sum(style.weight for style in group)
    target = dict.fromkeys((name for name, _ in config.style_layers), 0.0)
    for style in group:
        part = np.ones(style.picture.shape[:2]) if style.source_mask is None else style.source_mask
        where, features = seen(part), _features(numpy_vgg.caffe_from_rgb(style.picture), kernels, config)
        for name in target:
            target[name] = target[name] + style.weight / total * guided_gram(features[name], where[name])
    return target
