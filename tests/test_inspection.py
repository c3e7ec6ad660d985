"""Layer and Gram statistics against Keras's own VGG19, edges and total variation by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from nst_lbfgs.inspection import edge_pictures, layer_reports, total_variation
from nst_lbfgs.network.layers import LAYER_NAMES
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import Network, random_kernels
from tests.support.numpy_vgg import gram


@pytest.fixture(scope='module')
def network():
    """Random weights with biases that are not all zero, as real ones are."""
    generator = np.random.default_rng(0)
    kernels = random_kernels(3)
    for _, bias in kernels.values():
        bias[:] = generator.normal(0, 5, bias.shape)

    return Network(resolve_weights('random', seed=3), lambda: kernels)


def test_layers_are_those_of_keras_vgg19(network, town):
    """Every layer's output, by Keras's own model and preprocessing; Gram matrices in NumPy."""
    model = keras.applications.VGG19(include_top=False, weights=None)
    for layer in model.layers:
        if layer.name in network.kernels():
            layer.set_weights(network.kernels()[layer.name])
    outputs = keras.Model(model.input, {name: model.get_layer(name).output for name in LAYER_NAMES})
    expected = outputs(keras.applications.vgg19.preprocess_input(town[np.newaxis].astype(np.float32)))
    reports = layer_reports(town, network)
    assert [report.layer for report in reports] == list(LAYER_NAMES)
    for report in reports:
        features = expected[report.layer].numpy()
        assert_statistics(report.features, features)
        locations = features.shape[1] * features.shape[2]
        assert_statistics(report.gram, gram(features[0].astype(np.float64)) / locations)


def assert_statistics(statistics, values):
    """Shape, least, greatest and mean value are those of `values`."""
    assert statistics.shape == values.shape
    received = statistics.minimum, statistics.maximum, statistics.mean
    expected = values.min(), values.max(), values.mean()
    assert received == pytest.approx(expected, rel=1e-4, abs=1e-5 * float(values.max()))


def test_average_pooling_changes_what_lies_behind_the_first_pooling(network, town):
    most, mean = (layer_reports(town, network, pooling=pooling) for pooling in ('max', 'average'))
    assert most[:2] == mean[:2] and most[2] != mean[2]


def test_total_variation_of_a_checkerboard():
    """4 x 5 pixels of 0 and 1: every one of 3 * 5 + 4 * 4 pairs of neighbours differs by 1, times 3."""
    board = np.indices((4, 5)).sum(axis=0) % 2 * 255
    assert total_variation(np.repeat(board[..., np.newaxis], 3, 2).astype(np.uint8)) == 93


def test_edges_of_a_step():
    """Rows of 0 above rows of 51 (0.2): deltas 2 * 0.2 + 0.5 of 255 at the step, grey elsewhere.

    Sobel's kernel weighs the four neighbours' columns by 1, 2, 1: 4 * 0.2 on both rows at the step.
    """
    picture = np.zeros((6, 8, 3), np.uint8)
    picture[3:] = 51
    edges = edge_pictures(picture)
    horizontal = edges['Horizontal deltas']
    assert horizontal.shape == (5, 8, 3)
    np.testing.assert_allclose(horizontal[2], 0.9 * 255, atol=0.5)
    assert (np.delete(horizontal, 2, axis=0) == 128).all()
    assert edges['Vertical deltas'].shape == (6, 7, 3) and (edges['Vertical deltas'] == 128).all()
    sobel = edges['Horizontal Sobel edges']
    np.testing.assert_allclose(sobel[2:4], 0.7 * 255, atol=0.5)
    assert (sobel[[0, 1, 4, 5]] == 128).all()
    assert (edges['Vertical Sobel edges'] == 128).all()


def test_a_picture_turned_by_ninety_degrees_has_its_edges_exchanged(town):
    edges, turned = edge_pictures(town), edge_pictures(np.swapaxes(town, 0, 1))
    for kind in ('deltas', 'Sobel edges'):
        np.testing.assert_allclose(
            edges[f'Horizontal {kind}'].astype(int), np.swapaxes(turned[f'Vertical {kind}'], 0, 1), atol=1
        )
