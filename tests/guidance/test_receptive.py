"""What a layer sees of a mask, against a count of all the ways from pixels to a location."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.guidance.receptive import receptive_shares
from nst_lbfgs.network.layers import LAYER_NAMES, feature_shape


def ways(mask, layers, row, column):
    """The mean of a mask over all ways that lead to a location of the last layer, counted one by one."""
    if not layers:
        return mask[row, column]
    *below, last = layers
    height, width = mask.shape
    for name in below:
        if name.endswith('_pool'):
            height, width = height // 2, width // 2
    if last.endswith('_pool'):
        steps = [(2 * row + i, 2 * column + j) for i in range(2) for j in range(2)]
    else:
        steps = [
            (np.clip(row + i, 0, height - 1), np.clip(column + j, 0, width - 1))
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        ]
    return np.mean([ways(mask, below, *step) for step in steps])


@pytest.mark.parametrize('layer', ['block1_conv1', 'block1_pool', 'block2_conv1'])
def test_a_location_has_the_share_of_the_ways_that_begin_in_the_mask(layer):
    """Odd sides: the last row and column are dropped by a pooling."""
    mask = np.random.default_rng(0).uniform(0, 1, (7, 9)).astype(np.float32)
    layers = LAYER_NAMES[: LAYER_NAMES.index(layer) + 1]
    height, width, _ = feature_shape(layer, 7, 9)
    expected = [[ways(mask, list(layers), row, column) for column in range(width)] for row in range(height)]
    np.testing.assert_allclose(receptive_shares(mask, {layer})[layer], expected, rtol=1e-6)


def test_every_layer_has_its_shape_and_the_mean_of_the_mask():
    mask = np.zeros((64, 96), np.float32)
    mask[10:30, 40:90] = 1
    shares = receptive_shares(mask, set(LAYER_NAMES))
    assert list(shares) == list(LAYER_NAMES)
    for layer, share in shares.items():
        assert share.shape == feature_shape(layer, 64, 96)[:2]
        assert share.mean() == pytest.approx(mask.mean(), rel=1e-5)


@pytest.mark.parametrize('row, column', [(0, 0), (20, 30), (38, 46)])
def test_not_even_a_region_of_one_pixel_vanishes(row, column):
    """Also in the last row and column of odd sides, which poolings drop."""
    mask = np.zeros((39, 47), np.float32)
    mask[row, column] = 1
    for share in receptive_shares(mask, set(LAYER_NAMES[:-1])).values():
        assert share.max() > 0


def test_all_of_a_picture_is_all_of_every_layer():
    for share in receptive_shares(np.ones((39, 47), np.float32), set(LAYER_NAMES)).values():
        np.testing.assert_allclose(share, 1, rtol=1e-6)
