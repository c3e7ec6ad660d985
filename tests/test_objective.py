"""The objective: its value in NumPy, its gradient by finite differences, its contract with scipy."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from nst_lbfgs.errors import ConfigError, NonFiniteLossError
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.objective import Objective
from nst_lbfgs.weights.vgg19 import random_kernels

from .support import numpy_vgg
from .support.settings import changed, references, transfer_config

KERNELS = random_kernels(3)
CONFIG = transfer_config(
    content_layers=(('block2_conv2', 1.0), ('block3_conv1', 0.5)),
    style_layers=(('block1_conv1', 0.25), ('block2_conv1', 1.0), ('block3_conv1', 0.0)),
    content_weight=0.7,
    style_weight=2.0,
    tv_weight=0.3,
    precision='float64',
)


def objective_for(content, style, config):
    extractor = (
        build_extractor(
            config.objective.layers,
            KERNELS,
            pooling=config.objective.pooling,
            dtype=config.computation.precision,
        )
        if config.objective.layers
        else None
    )
    return Objective(extractor, references(content, style, config), config)


def point(content, seed=0):
    """A combination picture that is neither of the two, in Caffe's coordinates."""
    noise = np.random.default_rng(seed).normal(0, 20, content.shape)
    return (numpy_vgg.caffe_from_rgb(content) + noise).ravel()


def test_terms_are_those_of_the_keras_example_in_numpy(town, stripes):
    """The example's formulae, with the layer weights and means of CONFIG, over an independent VGG."""
    x = point(town)
    combination = x.reshape(town.shape)
    base, ref, combined = (
        numpy_vgg.features(picture, KERNELS)
        for picture in (numpy_vgg.caffe_from_rgb(town), numpy_vgg.caffe_from_rgb(stripes), combination)
    )
    content = (
        sum(
            weight * np.sum((combined[name] - base[name]) ** 2)
            for name, weight in (('block2_conv2', 1.0), ('block3_conv1', 0.5))
        )
        / 2
    )
    size = town.shape[0] * town.shape[1]
    style = (
        sum(
            weight
            * np.sum((numpy_vgg.gram(ref[name]) - numpy_vgg.gram(combined[name])) ** 2)
            / (4 * 3**2 * size**2)
            for name, weight in (('block1_conv1', 0.25), ('block2_conv1', 1.0))
        )
        / 3
    )
    a = (combination[:-1, :-1] - combination[1:, :-1]) ** 2
    b = (combination[:-1, :-1] - combination[:-1, 1:]) ** 2
    variation = np.sum((a + b) ** 1.25)

    evaluation = objective_for(town, stripes, CONFIG).evaluate(x).terms

    assert evaluation.content_loss == pytest.approx(0.7 * content, rel=1e-6)
    assert evaluation.style_loss == pytest.approx(2.0 * style, rel=1e-6)
    assert evaluation.total_variation_loss == pytest.approx(0.3 * variation, rel=1e-6)
    assert evaluation.loss == pytest.approx(0.7 * content + 2 * style + 0.3 * variation, rel=1e-6)


def test_nothing_is_left_of_an_objective_that_is_no_longer_used(town, stripes):
    """Neither graphs nor weights, 80 MB for each run of a sweep."""
    objective = objective_for(town, stripes, CONFIG)
    objective.evaluate(point(town))
    kernels = [weakref.ref(variable) for variable in objective._extractor.variables]
    del objective
    gc.collect()
    assert len(kernels) == 10 and not any(kernel() for kernel in kernels)


@pytest.mark.parametrize('layers', [0, 1, 2, 3, 5, 99])
@pytest.mark.parametrize(
    'change',
    [{}, {'content_layers': (('block1_conv2', 1.0), ('block1_conv1', 1.0))}],
    ids=['example', 'content in the first block'],
)
def test_loss_and_gradient_are_the_same_whatever_is_recomputed(change, layers, town, stripes, monkeypatch):
    config, x = changed(CONFIG, **change), point(town)
    expected = objective_for(town, stripes, config).evaluate(x)
    monkeypatch.setattr('nst_lbfgs.loss_graph.recomputed_layers', lambda height, width: layers)
    evaluation = objective_for(town, stripes, config).evaluate(x)
    assert evaluation.terms.loss == pytest.approx(expected.terms.loss, rel=1e-12)
    np.testing.assert_allclose(
        evaluation.gradient, expected.gradient, atol=1e-12 * np.abs(expected.gradient).max()
    )


@pytest.mark.parametrize(
    'change',
    [
        {},
        {'references': 'each-evaluation'},
        {'pooling': 'average'},
        {'preprocessing': 'unit', 'tv_weight': 30.0},
        {
            'preprocessing': 'torchvision',
            'gram': 'per-element',
            'style_distance': 'mean-squared-error',
            'content_distance': 'mean-squared-error',
            'style_normalisation': 'none',
            'style_weight': 1e4,
            'style_reduction': 'sum',
            'total_variation': 'absolute-mean',
            'feature_scale': 'torchvision',
        },
        {'style_weight': 0.0},
        {'content_weight': 0.0, 'tv_weight': 0.0},
        {'content_weight': 0.0, 'style_weight': 0.0, 'total_variation': 'absolute-sum'},
    ],
    ids=lambda change: ' '.join(f'{k}={v}' for k, v in change.items()) or 'example',
)
def test_gradient_agrees_with_finite_differences(change, town, stripes):
    """Along random directions: (f(x + h d) - f(x - h d)) / 2h against the gradient's projection."""
    config = changed(CONFIG, **change)
    objective = objective_for(town, stripes, config)
    scale = {'caffe': 1.0, 'unit': 1 / 255, 'torchvision': 1 / 58}[config.objective.preprocessing]
    x = PREPROCESSINGS[config.objective.preprocessing].preprocess(town).ravel().astype(np.float64)
    x = x + np.random.default_rng(0).normal(0, 20 * scale, x.shape)
    gradient = objective.evaluate(x).gradient
    for seed in range(3):
        direction = np.random.default_rng(seed).standard_normal(x.shape)
        step = 1e-6 * scale * direction
        slope = (objective.terms(x + step).loss - objective.terms(x - step).loss) / (2e-6 * scale)
        assert gradient @ direction == pytest.approx(slope, rel=2e-4)


@pytest.mark.parametrize('precision, tolerance', [('float32', 1e-5), ('float64', 1e-12)])
def test_references_once_are_the_same_as_in_the_batch_of_three(precision, tolerance, town, stripes):
    config = changed(CONFIG, precision=precision)
    x = point(town)
    once = objective_for(town, stripes, config).evaluate(x)
    batch = objective_for(town, stripes, changed(config, references='each-evaluation')).evaluate(x)
    assert once.terms.loss == pytest.approx(batch.terms.loss, rel=tolerance)
    largest = np.abs(batch.gradient).max()
    np.testing.assert_allclose(once.gradient, batch.gradient, rtol=0, atol=tolerance * largest)


def test_content_loss_at_the_content_and_style_loss_at_the_style_are_zero(town, stripes):
    objective = objective_for(town, stripes, CONFIG)
    x, y = (PREPROCESSINGS['caffe'].preprocess(p).ravel().astype(np.float64) for p in (town, stripes))
    at_content, at_style = objective.evaluate(x).terms, objective.evaluate(y).terms
    assert at_content.content_loss <= 1e-20 * at_style.content_loss
    assert at_style.style_loss <= 1e-20 * at_content.style_loss


def test_a_style_picture_of_another_size_counts_by_location(town, stripes):
    """A picture tiled twice has the Gram matrix of one copy, but for what happens at the seams."""
    config = changed(CONFIG, style_layers=(('block1_conv1', 1.0),), content_weight=0.0)
    x = point(town)
    single = objective_for(town, stripes, config).evaluate(x).terms.style_loss
    tiled = objective_for(town, np.concatenate([stripes] * 2, axis=1), config).evaluate(x).terms.style_loss
    assert tiled == pytest.approx(single, rel=0.05)


def test_an_evaluation_is_a_float_and_a_contiguous_gradient_in_its_precision(town, stripes):
    objective = objective_for(town, stripes, changed(CONFIG, precision='float32'))
    evaluation = objective.evaluate(point(town))
    assert type(evaluation.terms.loss) is float
    assert evaluation.gradient.dtype == np.float32 and evaluation.gradient.flags['C_CONTIGUOUS']
    assert evaluation.gradient.shape == (town.size,)


def test_an_evaluation_is_kept_apart_from_the_optimisers_buffer(town, stripes):
    objective = objective_for(town, stripes, CONFIG)
    x = point(town)
    evaluation = objective.evaluate(x)
    before = evaluation.gradient.copy()
    x[:] = 0
    np.testing.assert_array_equal(evaluation.gradient, before)


def test_coordinates_of_another_size_are_refused(town, stripes):
    with pytest.raises(ConfigError, match=r'Expected coordinates of shape \(5760,\)'):
        objective_for(town, stripes, CONFIG).evaluate(np.zeros(3))


@pytest.mark.parametrize('bad', [np.nan, np.inf, 1e200])
def test_a_loss_that_is_not_finite_is_noticed(bad, town, stripes):
    x = point(town)
    x[7] = bad
    with pytest.raises(NonFiniteLossError, match='loss is (nan|inf)'):
        objective_for(town, stripes, CONFIG).evaluate(x)
