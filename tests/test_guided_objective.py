"""Several styles, regions and masks: the objective in NumPy, its gradient, and what it must agree with."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs import Style
from nst_lbfgs.network.backpropagation import NetworkPass
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.objective import Objective
from nst_lbfgs.weights.vgg19 import random_kernels

from .support import numpy_guidance, numpy_vgg
from .support.settings import changed, references, transfer_config

KERNELS = random_kernels(3)
CONFIG = transfer_config(
    content_layers=(('block2_conv2', 1.0), ('block3_conv1', 0.5)),
    style_layers=(('block1_conv1', 0.25), ('block2_conv1', 1.0), ('block3_conv1', 0.5)),
    content_weight=0.7,
    style_weight=2.0,
    tv_weight=0.0,
    precision='float64',
)
RNG = np.random.default_rng(0)
LEFT = np.zeros((40, 48), np.float32)
LEFT[:, :20] = 1
SOFT = RNG.uniform(0, 1, (40, 48)).astype(np.float32)
PART = np.zeros((36, 52), np.float32)
PART[5:30, 10:] = 1
KEEP = np.clip(RNG.normal(0.3, 0.5, (40, 48)), 0, 1).astype(np.float32)
OTHER = RNG.integers(0, 256, (36, 52, 3)).astype(np.uint8)


def objective_for(content, styles, config=CONFIG, **masks):
    extractor = build_extractor(config.objective.layers, KERNELS, dtype=config.computation.precision)
    return Objective(extractor, references(content, styles, config, **masks), config)


def point(content):
    noise = np.random.default_rng(1).normal(0, 20, content.shape)
    return (numpy_vgg.caffe_from_rgb(content) + noise).ravel()


def assert_alike(one, other, tolerance):
    """Terms and gradient, relative to the largest."""
    assert one.terms.content_loss == pytest.approx(other.terms.content_loss, rel=tolerance)
    assert one.terms.style_loss == pytest.approx(other.terms.style_loss, rel=tolerance)
    largest = np.abs(other.gradient).max()
    np.testing.assert_allclose(one.gradient, other.gradient, rtol=0, atol=tolerance * largest)


CASES = {
    'a blend': lambda stripes: ([Style(stripes, 3.0), Style(OTHER)], {}),
    'a soft mask': lambda stripes: ([Style(stripes, mask=SOFT)], {}),
    'regions, one of two styles': lambda stripes: (
        [Style(stripes, mask=LEFT), Style(OTHER, 2.0, 1 - LEFT), Style(stripes, 1.0, 1 - LEFT)],
        {},
    ),
    'a part of a style': lambda stripes: ([Style(OTHER, source_mask=PART)], {}),
    'parts of a style by region': lambda stripes: (
        [Style(OTHER, 1.0, LEFT, PART), Style(OTHER, 1.0, 1 - LEFT, 1 - PART), Style(stripes)],
        {},
    ),
    'a content mask': lambda stripes: ([stripes], {'content_mask': SOFT}),
    'kept': lambda stripes: ([stripes], {'keep': KEEP}),
    'all at once': lambda stripes: (
        [Style(OTHER, 1.0, LEFT, PART), Style(stripes, 2.0, LEFT), Style(stripes, mask=SOFT)],
        {'content_mask': 1 - SOFT / 2, 'keep': KEEP},
    ),
}


@pytest.mark.parametrize('case', CASES)
def test_losses_and_gradient_are_those_of_numpy(case, town, stripes):
    """The gradient against differences of NumPy's losses along random directions, in float64."""
    styles, masks = CASES[case](stripes)
    x = point(town)
    keep = masks.get('keep', np.zeros((40, 48)))[:, :, np.newaxis]
    plain = [style if isinstance(style, Style) else Style(style) for style in styles]
    losses = numpy_guidance.losses(town, plain, KERNELS, CONFIG.objective, **masks)

    def expected(x):
        content = numpy_vgg.caffe_from_rgb(town)
        return losses(content + (1 - keep) * (x.reshape(town.shape) - content))

    evaluation = objective_for(town, styles, **masks).evaluate(x)
    content_loss, style_loss = expected(x)
    assert evaluation.terms.content_loss == pytest.approx(content_loss, rel=1e-5)
    assert evaluation.terms.style_loss == pytest.approx(style_loss, rel=1e-5)
    direction = np.random.default_rng(2).standard_normal(x.shape)
    slope = (sum(expected(x + 1e-5 * direction)) - sum(expected(x - 1e-5 * direction))) / 2e-5
    assert evaluation.gradient @ direction == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize('distance', ['sum-squared-error', 'mean-squared-error'])
def test_a_blend_has_the_gradient_of_the_weighted_sum_of_losses(distance, town, stripes):
    """And a loss that is less by the variance of the styles' Gram matrices, whatever the picture."""
    config = changed(CONFIG, style_distance=distance, content_weight=0.0)
    blend = objective_for(town, [Style(stripes, 3.0), Style(OTHER)], config)
    alone = [objective_for(town, style, config) for style in (stripes, OTHER)]
    constants = []
    for x in (point(town), point(stripes)):
        some, other = (objective.evaluate(x) for objective in alone)
        evaluation = blend.evaluate(x)
        expected = 0.75 * some.gradient + 0.25 * other.gradient
        np.testing.assert_allclose(evaluation.gradient, expected, atol=1e-9 * np.abs(expected).max())
        constants.append(0.75 * some.terms.loss + 0.25 * other.terms.loss - evaluation.terms.loss)
    at_other = alone[0].evaluate(numpy_vgg.caffe_from_rgb(stripes).ravel()).terms.loss
    assert at_other == pytest.approx(0, abs=1e-12 * constants[0])
    # sum_k a_k |G_k|^2 - |sum_k a_k G_k|^2 of two is a_1 a_2 |G_1 - G_2|^2.
    between = objective_for(stripes, OTHER, config).evaluate(numpy_vgg.caffe_from_rgb(stripes).ravel())
    assert constants == pytest.approx([0.75 * 0.25 * between.terms.loss] * 2, rel=1e-7)


def test_an_evaluation_is_the_same_work_with_five_styles_as_with_one(town, stripes):
    def operations(styles):
        nodes = objective_for(town, styles)._evaluation._loss_and_gradient.graph.get_operations()
        return sorted((node.type, str([output.shape for output in node.outputs])) for node in nodes)

    five = [Style(np.roll(OTHER, shift, axis=0), 1.0 + shift) for shift in range(5)]
    assert operations(five) == operations(stripes)


@pytest.mark.parametrize('precision, tolerance', [('float64', 1e-6), ('float32', 1e-5)])
def test_masks_of_ones_are_no_masks(precision, tolerance, town, stripes):
    config, ones = changed(CONFIG, precision=precision), np.ones((40, 48), np.float32)
    style = Style(stripes, mask=ones, source_mask=ones)
    masked = objective_for(town, style, config, content_mask=ones).evaluate(point(town))
    assert_alike(masked, objective_for(town, stripes, config).evaluate(point(town)), tolerance)


def test_two_halves_in_one_style_pull_about_as_the_whole(town, stripes):
    """The content is made of two equal halves: but for the border each has the Gram matrix of the whole."""
    half = np.random.default_rng(3).integers(0, 256, (40, 24, 3)).astype(np.uint8)
    content, mask = np.concatenate([half, half], axis=1), np.zeros((40, 48), np.float32)
    mask[:, :24] = 1
    whole = objective_for(content, stripes).evaluate(point(content))
    halves = objective_for(content, [Style(stripes, mask=mask), Style(stripes, mask=1 - mask)])
    evaluation = halves.evaluate(point(content))
    assert evaluation.terms.style_loss == pytest.approx(whole.terms.style_loss, rel=0.05)
    alike = evaluation.gradient @ whole.gradient / np.linalg.norm(evaluation.gradient)
    assert alike == pytest.approx(np.linalg.norm(whole.gradient), rel=0.01)
    assert np.linalg.norm(evaluation.gradient) == pytest.approx(np.linalg.norm(whole.gradient), rel=0.05)


def test_style_pulls_in_its_region_as_hard_as_without_masks(town, stripes):
    """A small region and the whole, of one texture: the gradient there is not larger for being alone."""
    tile = np.random.default_rng(4).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    content = np.tile(tile, (6, 8, 1))
    x = numpy_vgg.caffe_from_rgb(np.tile(np.roll(tile, 3, axis=2), (6, 8, 1))).ravel()
    mask = np.zeros((48, 64), np.float32)
    mask[:, :32] = 1
    config = changed(CONFIG, content_weight=0.0)
    shape = (48, 64, 3)
    whole = objective_for(content, stripes, config).evaluate(x).gradient.reshape(shape)
    part = objective_for(content, Style(stripes, mask=mask), config).evaluate(x).gradient.reshape(shape)
    inner, outer = (slice(16, 32), slice(8, 16)), (slice(16, 32), slice(58, 64))  # 26 from the border
    np.testing.assert_allclose(part[inner], whole[inner], rtol=0, atol=0.1 * np.abs(whole[inner]).max())
    np.testing.assert_allclose(part[outer], 0, atol=1e-9 * np.abs(part).max())


@pytest.mark.parametrize('case', ['plain', 'all at once'])
def test_all_in_one_batch_is_the_same_as_references_once(case, town, stripes):
    """Rows content, three styles, combination."""
    square = np.ascontiguousarray(np.pad(OTHER, ((0, 4), (0, 0), (0, 0)))[:, :48])
    part = np.pad(PART, ((0, 4), (0, 0)))[:, :48]
    styles, masks = [stripes, square, town], {}
    if case == 'all at once':
        styles = [
            Style(square, 1.0, LEFT, part),
            Style(stripes, 2.0, LEFT),
            Style(square, 1.0, LEFT),
            Style(stripes, mask=SOFT),
        ]
        masks = {'content_mask': SOFT, 'keep': KEEP}
    config = changed(CONFIG, precision='float32')
    once = objective_for(town, styles, config, **masks).evaluate(point(town))
    batch = changed(config, references='each-evaluation')
    assert_alike(objective_for(town, styles, batch, **masks).evaluate(point(town)), once, 1e-5)


def test_a_region_of_bfloat16_is_as_exact_as_all_of_a_picture(town, stripes):
    def error(style):
        wide, narrow = (
            objective_for(town, style, changed(CONFIG, precision=name)).evaluate(point(town))
            for name in ('float32', 'bfloat16')
        )
        assert narrow.terms.style_loss == pytest.approx(wide.terms.style_loss, rel=0.02)
        return np.linalg.norm(narrow.gradient - wide.gradient) / np.linalg.norm(wide.gradient)

    assert error(Style(stripes, mask=SOFT)) <= 1.5 * error(stripes)


def test_a_style_picture_goes_through_the_network_once(town, stripes, monkeypatch):
    """Whatever the number of its parts and of regions; and once the content."""
    shapes, begin = [], NetworkPass.__init__

    def watched(self, layers, values, **others):
        shapes.append(tuple(values.shape[1:3]))
        begin(self, layers, values, **others)

    monkeypatch.setattr(NetworkPass, '__init__', watched)
    styles = [Style(OTHER, 1.0, LEFT, PART), Style(OTHER, 1.0, 1 - LEFT, 1 - PART), Style(OTHER, 2.0, LEFT)]
    objective_for(town, styles)
    assert sorted(shapes) == [(36, 52), (40, 48), (40, 48)]  # style; content and the evaluation
