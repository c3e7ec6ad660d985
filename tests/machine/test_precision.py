"""What precision='auto' comes to, and the loss measured once more in float32."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from cli.main import main
from nst_lbfgs import TransferConfig, transfer_style
from nst_lbfgs.machine import precision
from nst_lbfgs.machine.precision import PrecisionChoice, with_chosen_precision
from nst_lbfgs.transfer import loss_in_float32
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import find_network

from ..support.settings import transfer_config

SMALL = {
    'weights': 'random',
    'iterations': 2,
    'evaluations_per_iteration': 3,
    'content_layers': (('block2_conv1', 1.0),),
    'style_layers': (('block1_conv1', 1.0), ('block2_conv1', 1.0)),
}
CHOOSE = precision.choose_precision.__wrapped__  # the choice itself, without what tests put in its place


@pytest.fixture
def choosing(monkeypatch):
    """Return a function that has 'auto' chosen with these rates of convolution."""

    def choose(**rates):
        monkeypatch.setattr(precision, 'convolution_rate', lambda side, channels, name: rates[name])
        monkeypatch.setattr(precision, 'choose_precision', CHOOSE)

    return choose


@pytest.mark.parametrize(
    'bfloat16, expected',
    [(0.1, 'float32'), (1.0, 'float32'), (1.19, 'float32'), (1.2, 'bfloat16'), (7.0, 'bfloat16')],
)
def test_auto_is_bfloat16_where_that_is_faster_by_a_fifth(bfloat16, expected, choosing):
    choosing(float32=1.0, bfloat16=bfloat16)
    config, choice = with_chosen_precision(TransferConfig())
    assert config == transfer_config(precision=expected)
    assert choice == PrecisionChoice(expected, bfloat16)


def test_without_a_kernel_for_bfloat16_auto_is_float32(choosing, monkeypatch):
    def missing(side, channels, name):
        raise tf.errors.UnimplementedError(None, None, f'no {name} here')

    choosing()
    monkeypatch.setattr(precision, 'convolution_rate', missing)
    assert CHOOSE() == PrecisionChoice('float32', 0.0)


def test_the_choice_is_a_sentence():
    assert str(PrecisionChoice('bfloat16', 2.04)) == 'bfloat16: here bfloat16 is 2.0 times as fast as float32'


@pytest.mark.parametrize('asked', ['float32', 'bfloat16', 'float64'])
def test_a_precision_that_is_asked_for_is_not_tried(asked, choosing):
    choosing()
    config = transfer_config(precision=asked)
    assert with_chosen_precision(config) == (config, None)


def test_a_deterministic_run_does_not_hang_on_a_trial(choosing):
    choosing()
    config, choice = with_chosen_precision(transfer_config(deterministic=True))
    assert (config.computation.precision, choice) == ('float32', None)


def test_the_trial_itself_finds_rates_above_zero():
    choice = CHOOSE()
    assert choice.speed_up > 0 and choice.precision in ('float32', 'bfloat16')


@pytest.mark.parametrize('asked, tolerance', [('float32', 1e-6), ('bfloat16', 0.02)])
def test_the_last_loss_is_measured_once_more_in_float32(asked, tolerance, town, stripes):
    """In float32 it is the same loss; bfloat16 has 8 bits of mantissa, but its errors average out."""
    config = transfer_config(**SMALL, precision=asked)
    network = find_network(resolve_weights('random'))
    result = transfer_style(town, stripes, config, network=network)
    assert result.precision == asked
    assert result.loss == result.iterations[-1].loss
    again = loss_in_float32(result.x, town, stripes, config, network)
    assert again == pytest.approx(result.loss, rel=tolerance)
    if asked == 'bfloat16':
        assert again != result.loss


def test_a_run_says_what_it_chose_and_is_repeated_in_it(
    choosing, town, stripes, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.asarray(town)).save('base.png')
    Image.fromarray(np.asarray(stripes)).save('style.png')
    choosing(float32=1.0, bfloat16=3.0)
    layers = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1', '--image-height', '40']
    assert (
        main(
            [
                'transfer',
                'base.png',
                'style.png',
                'out',
                '--weights',
                'random',
                '--iter',
                '1',
                '--maxfun',
                '3',
                *layers,
            ]
        )
        == 0
    )
    said = capsys.readouterr().err
    assert 'bfloat16: here bfloat16 is 3.0 times as fast as float32' in said
    record = json.loads((tmp_path / 'out.json').read_text())
    assert record['config']['transfer']['computation']['precision'] == 'bfloat16'
    assert record['loss_in_float32'] == pytest.approx(record['loss'], rel=0.02)
    assert f'{record["loss_in_float32"]:.4e} in float32, {record["loss"]:.4e} in bfloat16' in said

    choosing(float32=1.0, bfloat16=0.5)
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    again = json.loads((tmp_path / 'again.json').read_text())
    assert again['config']['transfer']['computation']['precision'] == 'bfloat16'
