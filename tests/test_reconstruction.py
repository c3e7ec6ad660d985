"""Reconstruction as a transfer with one term, and the layers of a strip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nst_lbfgs import transfer_style
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.reconstruction import content_reconstruction, layer_sets, style_reconstruction

from .support.settings import transfer_config

FAST = transfer_config(weights='random', tv_weight=0.0, iterations=2, evaluations_per_iteration=20)


def test_content_comes_back_from_noise(town):
    """The first layer's 64 features of 27 values have nearly all of the picture in them."""
    result = transfer_style(town, town, content_reconstruction(FAST, ['block1_conv1']))
    assert np.abs(result.image.astype(float) - town).mean() < 2
    assert result.iterations[-1].style_loss == result.iterations[-1].total_variation_loss == 0


def test_style_comes_back_without_its_places(stripes):
    """Gram matrices alone: the loss nearly vanishes, and the picture is another."""
    losses = []
    config = style_reconstruction(
        replace(FAST, evaluations_per_iteration=60), ['block1_conv1', 'block1_conv2']
    )
    result = transfer_style(stripes, stripes, config, on_evaluation=lambda count, loss: losses.append(loss))
    assert losses[-1] < 1e-2 * losses[0]
    assert result.iterations[-1].content_loss == 0
    assert np.abs(result.image.astype(float) - stripes).mean() > 20


@pytest.mark.parametrize('reconstruction', [content_reconstruction, style_reconstruction])
def test_everything_else_is_as_in_the_configuration(reconstruction):
    config = transfer_config(pooling='average', seed=7, tv_weight=3.0, iterations=4)
    changed = reconstruction(config, ['block3_conv1'])
    assert (changed.objective.pooling, changed.objective.tv_weight) == ('average', 3.0)
    assert (changed.start.seed, changed.iterations) == (7, 4)
    assert changed.objective.layers == ('block3_conv1',) and changed.start.init == 'noise'


@pytest.mark.parametrize(
    'combination, expected',
    [
        ('each', [('a',), ('b',), ('c',)]),
        ('cumulative', [('a',), ('a', 'b'), ('a', 'b', 'c')]),
        ('all', [('a', 'b', 'c')]),
    ],
)
def test_the_layers_of_each_picture(combination, expected):
    assert layer_sets(['a', 'b', 'c'], combination) == expected


def test_what_cannot_be_combined_or_found():
    with pytest.raises(ConfigError, match="Did you mean 'cumulative'"):
        layer_sets(['block1_conv1'], 'cumulativ')
    with pytest.raises(ConfigError, match="Did you mean 'block3_conv1'"):
        content_reconstruction(FAST, ['block3_conv11'])
