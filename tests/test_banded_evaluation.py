"""Loss and gradient in bands are those of the whole picture."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from nst_lbfgs.errors import NonFiniteLossError
from nst_lbfgs.guidance.style import Style
from nst_lbfgs.machine.device import may_have_bfloat16
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.objective import Objective
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.weights.vgg19 import random_kernels

from .support.settings import changed, references, transfer_config

HEIGHT, WIDTH = 75, 45  # 18 rows after two poolings, 9 after three: odd rows are dropped on the way
CONFIG = transfer_config(
    content_layers=(('block2_conv2', 1.0), ('block4_conv1', 0.5)),
    style_layers=(('block1_conv1', 1.0), ('block2_conv1', 1.0), ('block3_conv2', 0.5), ('block4_conv1', 2.0)),
    content_weight=0.7,
    style_weight=2.0,
    tv_weight=0.3,
    precision='float64',
)
random = np.random.default_rng(0)
CONTENT, STYLE, OTHER = (
    random.integers(0, 256, (*size, 3)).astype(np.uint8)
    for size in ((HEIGHT, WIDTH), (HEIGHT, WIDTH), (160, 64))
)
LEFT, SOFT = np.zeros((HEIGHT, WIDTH), np.float32), random.random((HEIGHT, WIDTH), np.float32)
LEFT[:, :20] = 1
TOP = np.zeros((HEIGHT, WIDTH), np.float32)
TOP[:12] = 1  # most bands have nothing of it
kernels = cache(lambda: random_kernels(3))


@cache
def extractor(layers, pooling, padding, precision):
    if not layers:
        return None
    return build_extractor(layers, kernels(), pooling=pooling, padding=padding, dtype=precision)


def objective_of(config, styles=STYLE, content=CONTENT, **masks):
    objective = config.objective
    network = extractor(objective.layers, objective.pooling, objective.padding, config.computation.precision)
    return Objective(network, references(content, styles, config, **masks), config)


def point(config, content=CONTENT):
    """A combination picture near the content, of all kinds of differences."""
    noisy = content + np.random.default_rng(1).normal(0, 20, content.shape)
    return PREPROCESSINGS[config.objective.preprocessing].preprocess(noisy).ravel().astype(np.float64)


def assert_alike(banded, whole, tolerance):
    for name in ('content_loss', 'style_loss', 'total_variation_loss'):
        assert getattr(banded.terms, name) == pytest.approx(getattr(whole.terms, name), rel=tolerance)
    scale = np.abs(whole.gradient).max()
    np.testing.assert_allclose(banded.gradient, whole.gradient, rtol=0, atol=tolerance * scale)


def compared(config, *rows, tolerance, **others):
    """Compare an evaluation in bands of each height with that of the whole picture."""
    x = point(config, others.get('content', CONTENT))
    whole = objective_of(config, **others).evaluate(x)
    for number in rows:
        banded = objective_of(changed(config, band_rows=number), **others)
        evaluation = banded.evaluate(x)
        assert_alike(evaluation, whole, tolerance)
        assert banded.terms(banded.picture(x)).loss == pytest.approx(evaluation.terms.loss, rel=tolerance)


@pytest.mark.parametrize('pooling', ['max', 'average'])
def test_at_each_height_of_bands(pooling):
    compared(changed(CONFIG, pooling=pooling), 16, 32, 48, 1000, tolerance=1e-10)


def test_in_float32():
    compared(changed(CONFIG, precision='float32'), 16, 33, tolerance=1e-5)


@pytest.mark.skipif(not may_have_bfloat16(), reason='this processor has no bfloat16')
def test_bfloat16_hangs_on_the_height_of_bands_no_more_than_on_its_rounding():
    """Two heights of bands are as close as either is to float32."""
    x = point(CONFIG)
    some, other, wide = (
        objective_of(changed(CONFIG, precision=precision, band_rows=rows)).evaluate(x).gradient
        for precision, rows in (('bfloat16', 16), ('bfloat16', 48), ('float32', 48))
    )
    assert np.linalg.norm(some - other) <= 1.5 * np.linalg.norm(other - wide)


@pytest.mark.parametrize(
    'masks, styles',
    [
        ({}, [Style(STYLE, mask=LEFT), Style(OTHER, 2.0, 1 - LEFT), Style(STYLE, 1.0, LEFT)]),
        ({'content_mask': SOFT, 'keep': LEFT}, [Style(OTHER, source_mask=np.eye(160, 64, dtype=np.float32))]),
        ({'keep': SOFT}, [Style(STYLE, mask=TOP), Style(OTHER)]),
    ],
    ids=['regions', 'content mask and source mask', 'a region that most bands lack'],
)
def test_with_masks_and_several_styles(masks, styles):
    compared(CONFIG, 16, tolerance=1e-10, styles=styles, **masks)


@pytest.mark.parametrize(
    'change',
    [
        {'content_layers': (('block1_conv2', 1.0), ('block2_pool', 0.5), ('block4_conv1', 1.0))},
        {'content_layers': (('block2_pool', 1.0),), 'style_layers': (('block1_conv1', 1.0),)},
        {'content_layers': (('block1_conv2', 1.0),), 'style_layers': (('block1_conv1', 1.0),)},
        {'content_weight': 0.0, 'style_layers': (('block1_conv1', 1.0), ('block3_conv1', 0.0))},
        {'content_weight': 0.0, 'style_layers': (('block4_conv1', 1.0),)},
        {'style_weight': 0.0, 'total_variation': 'absolute-sum'},
        {'content_distance': 'mean-squared-error', 'total_variation': 'absolute-mean', 'tv_weight': 1e4},
        {'content_weight': 0.0, 'style_weight': 0.0},
        {'tv_weight': 0.0, 'preprocessing': 'unit'},
        {'padding': 'replicate', 'total_variation': 'smooth-mean'},
        {'content_distance': 'relative-squared-error', 'style_distance': 'relative-squared-error'},
    ],
    ids=lambda change: ' '.join(change),
)
def test_whatever_is_minimised(change):
    compared(changed(CONFIG, **change), 16, tolerance=1e-10)


@pytest.mark.parametrize('name', sorted(PRESETS))
def test_the_objective_of_each_preset(name):
    config = changed(PRESETS[name].transfer, precision='float32', references='once')
    compared(config, 32, tolerance=1e-5, content=CONTENT[:64], styles=STYLE[:64])


def test_numbers_that_go_wrong_are_told_of():
    config = changed(CONFIG, band_rows=16)
    with pytest.raises(NonFiniteLossError):
        objective_of(config).evaluate(np.full(CONTENT.size, np.nan))
