"""Settings that cannot be used are refused, in one line that says what was expected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nst_lbfgs import transfer_style
from nst_lbfgs.config import ObjectiveConfig, StartConfig, TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.network.layers import LAYER_NAMES
from nst_lbfgs.search import recovery
from nst_lbfgs.search.initial_hessian import SpectralInverseHessian

from .support.settings import transfer_config

NAN, INFINITY = float('nan'), float('inf')


@pytest.mark.parametrize(
    'settings, message',
    [
        *(
            ({name: value}, f'Expected {name}: a finite number, 0 or more')
            for name in ('content_weight', 'style_weight', 'tv_weight')
            for value in (-1.0, NAN, INFINITY, '1', None, True, 10**400)
        ),
        ({'content_weight': 0, 'style_weight': 0.0, 'tv_weight': 0}, 'above 0'),
        ({'content_layers': ()}, 'at least one'),
        ({'style_layers': 5}, 'pairs of layer and weight'),
        ({'style_layers': (('block1_conv1',),)}, 'pairs of layer and weight'),
        ({'content_layers': (('block5_conv9', 1.0),)}, r"Did you mean 'block5_conv"),
        ({'content_layers': ((['x'], 1.0),)}, 'Expected a layer of VGG19'),
        ({'style_layers': (('block1_conv1', 1.0), ('block1_conv1', 2.0))}, 'each layer once'),
        ({'style_layers': (('block1_conv1', -1.0),)}, 'weight of block1_conv1'),
        ({'iterations': 0}, 'Expected iterations: an integer, 1 or more'),
        ({'iterations': True}, 'Expected iterations'),
        ({'evaluations_per_iteration': 2.5}, 'Expected evaluations_per_iteration'),
        ({'history': 1001}, 'Expected history: an integer, 1 to 1000'),
        *(
            ({'coordinate_exponent': value}, 'Expected coordinate_exponent: a number from 0 to 4')
            for value in (-0.1, 4.1, NAN, '1', True)
        ),
        ({'learning_rate': 1.0}, 'Expected adam as the optimizer for learning_rate. Received: lbfgs'),
        (
            {'optimizer': 'adam', 'restart': True},
            'Expected lbfgs as the optimizer for restart. Received: adam',
        ),
        ({'style_scales': (1.0,)}, 'Expected a setting: one of'),
        ({'seed': -1}, 'Expected seed: an integer, 0 or more'),
        ({'restart': 'yes'}, 'Expected restart: true or false'),
        ({'weights': 3}, 'Expected weights'),
        ({'pooling': 'avarage'}, "Did you mean 'average'"),
        ({'init': 'white'}, 'content, noise, picture, style, gray, blend:R'),
        ({'init': 3}, 'Expected init'),
        ({'init': 'blend'}, 'Expected init blend:R, as blend:0.3'),
        *(
            ({'init': f'blend:{share}'}, 'R in init blend:R: a number from 0 to 1')
            for share in ('-0.1', '1.1', 'nan', 'inf')
        ),
        *(({'init': f'blend:{share}'}, 'Expected init blend:R, as blend:0.3') for share in ('', 'R', '0,3')),
        ({'init_colors': 'style'}, 'Expected init_colors: one of own, matched'),
        ({'optimizer': 'admm'}, "Did you mean 'adam'"),
        ({'feature_scale': 'torch'}, "Did you mean 'torchvision'"),
        *(
            ({'optimizer': 'adam', name: value}, f'Expected {name}: a finite number above 0')
            for name in ('learning_rate', 'epsilon', 'learning_rate_decay')
            for value in (0, -1.0, NAN, INFINITY, '1', True)
        ),
        *(
            ({'optimizer': 'adam', 'beta_1': value}, 'Expected beta_1: a number from 0 to below 1')
            for value in (1, -0.1, NAN, None, True)
        ),
        ({'optimizer': 'adam', 'decay_every': 0}, 'Expected decay_every'),
        ({'optimizer': 'adam', 'clip': 1}, 'Expected clip: true or false'),
        ({'precision': 'float16'}, 'Expected precision'),
    ],
)
def test_transfer_settings_that_cannot_be_used(settings, message):
    with pytest.raises(ConfigError, match=message):
        transfer_config(**settings)


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'objective': 5}, 'Expected objective: ObjectiveConfig. Received: 5'),
        ({'start': 'noise'}, 'Expected start: StartConfig'),
        ({'optimizer': 'adam'}, "Expected optimizer: LbfgsConfig or AdamConfig. Received: 'adam'"),
        ({'computation': None}, 'Expected computation: ComputationConfig'),
    ],
)
def test_groups_that_are_none(settings, message):
    with pytest.raises(ConfigError, match=message):
        TransferConfig(**settings)


@pytest.mark.parametrize(
    'init, kind, share',
    [('content', 'content', 0), ('noise', 'noise', 1), ('gray', 'gray', 0), ('blend:0.3', 'blend', 0.3)],
)
def test_a_start_has_a_kind_and_a_share_of_noise(init, kind, share):
    start = StartConfig(init)
    assert (start.kind, start.noise_share) == (kind, share)


@pytest.mark.parametrize(
    'settings, exponent',
    [
        ({'init': 'noise'}, 0.3),
        ({'init': 'content'}, 0.45),
        ({'init': 'picture'}, 0.45),
        ({'init': 'style'}, 0.45),
        ({'init': 'gray'}, 0.45),
        ({'init': 'blend:0'}, 0.45),
        ({'init': 'blend:0.3'}, 0.3),
        ({'init': 'noise', 'coordinate_exponent': 0.45}, 0.45),
        ({'init': 'content', 'coordinate_exponent': 0.0}, 0.0),
        ({'init': 'noise', 'pyramid': 2}, 0.3),
        ({'init': 'noise', 'pyramid': 2, 'optimizer': 'adam'}, 0.3),
    ],
)
def test_the_exponent_that_a_search_really_uses(settings, exponent, town, monkeypatch):
    """Where the initial inverse Hessian is made, at every size of a pyramid."""
    used = []

    def hessian(shape, given):
        used.append(given)
        return SpectralInverseHessian(shape, given)

    monkeypatch.setattr(recovery, 'SpectralInverseHessian', hessian)
    picture = np.tile(town, (2, 2, 1))
    config = transfer_config(
        **settings,
        weights='random',
        content_layers=(('block1_conv1', 1.0),),
        style_layers=(('block1_conv1', 1.0),),
        iterations=1,
        evaluations_per_iteration=1,
    )
    transfer_style(picture, picture, config, init=picture)
    assert set(used) == {exponent}


def test_layers_are_those_with_a_weight_in_the_networks_order():
    config = ObjectiveConfig(
        content_layers=(('block4_conv2', 1.0),),
        style_layers=(('block2_conv1', 1.0), ('block1_conv1', 1.0), ('block5_conv1', 0.0)),
    )
    assert config.layers == ('block1_conv1', 'block2_conv1', 'block4_conv2')
    assert replace(config, content_weight=0.0).layers == ('block1_conv1', 'block2_conv1')


def test_vgg19_has_sixteen_convolutions_and_five_poolings():
    assert len(LAYER_NAMES) == 21
    assert LAYER_NAMES[0] == 'block1_conv1' and LAYER_NAMES[-1] == 'block5_pool'
