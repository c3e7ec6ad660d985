"""A start that smaller sizes have prepared."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs import transfer_style
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.objective import Objective
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.pyramid import config_at, smaller_sizes
from nst_lbfgs.search.lbfgs import StopSearch
from nst_lbfgs.weights.vgg19 import random_kernels

from .support.settings import changed, references, transfer_config

LAYERS = {
    'content_layers': (('block2_conv1', 1.0),),
    'style_layers': (('block1_conv1', 1.0), ('block2_conv1', 1.0)),
}
SETTINGS = {'weights': 'random', 'iterations': 2, 'evaluations_per_iteration': 5, 'pyramid': 2} | LAYERS


@pytest.fixture
def large(town, stripes):
    """Content and style, 80 x 96: half of it the network takes, a quarter not."""
    return tuple(np.kron(picture, np.ones((2, 2, 1), np.uint8)) for picture in (town, stripes))


@pytest.mark.parametrize('preset', PRESETS)
def test_a_term_of_one_tile_is_worth_that_of_four(preset):
    """A picture of four equal tiles looks like one: only the seams tell its size."""
    config = changed(PRESETS[preset].transfer, **LAYERS, precision='float64', references='once')
    extractor = build_extractor(config.objective.layers, random_kernels(0), dtype='float64')
    tiles = [np.random.default_rng(seed).integers(0, 256, (64, 64, 3)).astype(np.uint8) for seed in range(3)]

    def terms(times, config):
        content, style, combination = (np.tile(tile, (times, times, 1)) for tile in tiles)
        x = PREPROCESSINGS[config.objective.preprocessing].preprocess(combination).ravel()
        return Objective(extractor, references(content, style, config), config).terms(x)

    one, four = terms(1, config_at(config, 4.0)), terms(2, config)
    assert one.content_loss == pytest.approx(four.content_loss, rel=0.1)
    assert one.style_loss == pytest.approx(four.style_loss, rel=0.1)
    assert one.total_variation_loss == pytest.approx(four.total_variation_loss, rel=0.1)


@pytest.mark.parametrize('init', ['content', 'noise'])
def test_the_full_size_begins_where_the_smaller_one_has_led(init, large):
    """From noise with a lower loss; from the content with another picture than the content."""
    first = {}
    for scales in (1, 2):

        def note(count, loss, scales=scales):
            if count == 1:
                first[scales] = loss

        transfer_style(
            *large, transfer_config(**SETTINGS | {'pyramid': scales}, init=init), on_evaluation=note
        )
    assert first[1] != first[2]
    if init == 'noise':
        assert first[2] < 0.5 * first[1]


def test_evaluations_at_the_smaller_size_are_told_as_0_and_do_not_count(large):
    counts = []
    result = transfer_style(
        *large, transfer_config(**SETTINGS), on_evaluation=lambda count, loss: counts.append(count)
    )
    small = counts.count(0)
    assert 10 <= small <= 13 and set(counts[:small]) == {
        0
    }  # as many as at full size, which has fewer than 30
    assert counts[small:] == list(range(1, result.evaluations + 1))


def test_sizes_too_small_for_the_network_are_left_out(large):
    pictures = [
        transfer_style(*large, transfer_config(**SETTINGS | {'pyramid': scales})).image for scales in (2, 3)
    ]
    np.testing.assert_array_equal(*pictures)


def test_stopped_at_the_smaller_size_there_is_a_picture(large):
    def stop(count, loss):
        raise StopSearch('time is up')

    result = transfer_style(*large, transfer_config(**SETTINGS), on_evaluation=stop)
    assert result.image.shape == large[0].shape and result.stop_reason == 'time is up'


def test_taken_up_again_it_goes_on_at_the_full_size(large):
    whole = transfer_style(*large, transfer_config(**SETTINGS))
    states, counts = [], []

    def cut(progress):
        states.append(progress.state())
        raise StopSearch('cut')

    transfer_style(*large, transfer_config(**SETTINGS), on_iteration=cut)
    resumed = transfer_style(
        *large,
        transfer_config(**SETTINGS),
        resume=states[0],
        on_evaluation=lambda count, loss: counts.append(count),
    )
    assert 0 not in counts
    assert resumed.iterations[-1].loss == pytest.approx(whole.iterations[-1].loss, rel=1e-3)


@pytest.mark.parametrize(
    'size, settings, sizes',
    [
        ((199, 400), {}, 0),
        ((200, 200), {}, 1),
        ((384, 512), {}, 1),
        ((768, 1024), {}, 1),
        ((769, 1025), {}, 2),
        ((2000, 3000), {}, 3),
        ((150, 4000), {}, 0),
        ((500, 4000), {}, 2),  # a third would have 62 pixels on its shorter side
        ((384, 512), {'pyramid': 1}, 0),
        ((384, 512), {'pyramid': 4}, 3),
        ((384, 512), {'restart': True}, 0),
        ((384, 512), {'coordinates': 'pixels'}, 0),
        ((384, 512), {'bounds': True}, 0),
        ((384, 512), {'optimizer': 'adam'}, 0),
        ((384, 512), {'init': 'noise'}, 0),
        ((384, 512), {'init': 'picture'}, 0),
    ],
)
def test_smaller_sizes_come_before_pictures_that_have_room_for_them(size, settings, sizes):
    assert smaller_sizes(transfer_config(**settings), *size) == sizes
