"""What precision='auto' comes to, and the loss measured once more in float32."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from cli.main import main
from nst_lbfgs import TransferConfig, transfer_style
from nst_lbfgs.machine import kernel_speed, precision
from nst_lbfgs.machine.precision import PrecisionChoice, with_chosen_precision
from nst_lbfgs.transfer import loss_in_float32
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import find_network

from ..support.settings import transfer_config
from ..support.shared_machine import SharedMachine

SMALL = {
    'weights': 'random',
    'iterations': 2,
    'evaluations_per_iteration': 3,
    'content_layers': (('block2_conv1', 1.0),),
    'style_layers': (('block1_conv1', 1.0), ('block2_conv1', 1.0)),
}
CHOOSE = precision.choose_precision.__wrapped__  # the choice itself, without what tests put in its place
LAYER_SECONDS = 1.2e-2  # in float32, at the smallest side


@pytest.fixture
def choosing(monkeypatch):
    """Return a function that has 'auto' chosen where bfloat16 is so many times as fast.

    The trial's calls take the time that they take on `machine`, or on one of the trial's own.
    """

    def choose(speed_up, machine=None, layer_seconds=LAYER_SECONDS):
        def timed_layer(side, channels, name):
            work = layer_seconds * (side / precision.SMALLEST_SIDE) ** 2
            seconds = work / speed_up if name == 'bfloat16' else work
            return lambda: machine.work(seconds) if machine else seconds

        monkeypatch.setattr(precision, 'may_have_bfloat16', lambda: True)
        monkeypatch.setattr(precision, 'timed_layer', timed_layer)
        monkeypatch.setattr(precision, 'choose_precision', CHOOSE)

    return choose


@pytest.mark.parametrize(
    'speed_up, expected',
    [(0.1, 'float32'), (1.0, 'float32'), (1.19, 'float32'), (1.21, 'bfloat16'), (7.0, 'bfloat16')],
)
def test_auto_is_bfloat16_where_that_is_faster_by_a_fifth(speed_up, expected, choosing):
    choosing(speed_up)
    config, choice = with_chosen_precision(TransferConfig())
    assert config == transfer_config(precision=expected)
    assert str(choice) == f'{expected}: in a trial bfloat16 was {speed_up:.1f} times as fast as float32'


@pytest.mark.parametrize('layer_seconds', [3e-3, 1.2e-2, 2.4e-2])
@pytest.mark.parametrize('speed_up', [2.0, 1.0, 0.3])
def test_other_work_on_the_machine_does_not_change_the_choice(speed_up, layer_seconds, choosing):
    """Twenty shared machines of twenty; without bursts a trial takes a fraction of a second."""
    right = 'bfloat16' if speed_up == 2.0 else 'float32'
    for seed in range(20):
        machine = SharedMachine(seed)
        choosing(speed_up, machine, layer_seconds)
        assert CHOOSE().precision == right, seed
        assert machine.now < 3


def test_an_unclear_answer_is_tried_for_a_bounded_time(choosing):
    machine = SharedMachine(0)
    choosing(1.3, machine)
    CHOOSE()
    assert precision.MOST_SECONDS <= machine.now < precision.MOST_SECONDS + 0.5


def test_a_hopeless_bfloat16_is_tried_once(choosing):
    """Where it is emulated a call takes half a second and more."""
    machine = SharedMachine(0)
    choosing(0.01, machine)
    assert CHOOSE().precision == 'float32'
    assert machine.now < 2 * 5 * 101 * LAYER_SECONDS


def test_where_calls_are_short_the_trial_is_larger(choosing, monkeypatch):
    """At 64 a call would take 100 us, mostly to start it; 512 makes 6.4 ms of it."""
    sides = []
    choosing(2.0, layer_seconds=1e-4)
    timed_layer = precision.timed_layer
    monkeypatch.setattr(
        precision, 'timed_layer', lambda side, *rest: sides.append(side) or timed_layer(side, *rest)
    )
    assert precision.bfloat16_speed_up() == pytest.approx(2.0)
    assert sides == [64, 128, 256, 512, 512]


def test_without_a_kernel_for_bfloat16_auto_is_float32(choosing, monkeypatch):
    def missing(side, channels, name):
        raise tf.errors.UnimplementedError(None, None, f'no {name} here')

    choosing(2.0)
    monkeypatch.setattr(precision, 'timed_layer', missing)
    assert CHOOSE() == PrecisionChoice('float32', 'bfloat16 cannot be computed here')


def test_a_processor_that_says_it_has_no_bfloat16_is_not_tried(choosing, monkeypatch):
    choosing(2.0)
    monkeypatch.setattr(precision, 'may_have_bfloat16', lambda: False)
    monkeypatch.setattr(precision, 'timed_layer', None)
    assert str(CHOOSE()) == 'float32: this processor has no bfloat16'


def test_one_that_says_it_has_bfloat16_is_not_believed(choosing):
    choosing(0.5)
    assert CHOOSE().precision == 'float32'


@pytest.mark.parametrize('asked', ['float32', 'bfloat16', 'float64'])
def test_a_precision_that_is_asked_for_is_not_tried(asked, choosing):
    choosing(2.0)
    config = transfer_config(precision=asked)
    assert with_chosen_precision(config) == (config, None)


def test_a_deterministic_run_does_not_hang_on_a_trial(choosing):
    choosing(2.0)
    config, choice = with_chosen_precision(transfer_config(deterministic=True))
    assert config.computation.precision == 'float32'
    assert str(choice) == 'float32: a deterministic run does not hang on a trial of speed'


def test_the_trial_itself_finds_a_ratio_above_zero():
    assert precision.bfloat16_speed_up() > 0


def test_a_layer_of_another_side_is_not_compiled_anew():
    kernel_speed._there_and_back.cache_clear()
    seconds = [kernel_speed.timed_layer(side, 16, 'float32')() for side in (8, 16, 32)]
    assert min(seconds) > 0
    assert kernel_speed._there_and_back.cache_info().misses == 1


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
    choosing(3.0)
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
                '--check-loss',
                *layers,
            ]
        )
        == 0
    )
    said = capsys.readouterr().err
    assert 'bfloat16: in a trial bfloat16 was 3.0 times as fast as float32' in said
    record = json.loads((tmp_path / 'out.json').read_text())
    assert record['config']['transfer']['computation']['precision'] == 'bfloat16'
    assert record['loss_in_float32'] == pytest.approx(record['loss'], rel=0.02)
    assert f'{record["loss_in_float32"]:.4e} in float32, {record["loss"]:.4e} in bfloat16' in said

    choosing(0.5)
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    again = json.loads((tmp_path / 'again.json').read_text())
    assert again['config']['transfer']['computation']['precision'] == 'bfloat16'
    assert again['loss_in_float32'] == record['loss_in_float32']

    assert main(['transfer', '--from', 'out.json', 'unchecked', '--no-check-loss']) == 0
    assert 'loss_in_float32' not in json.loads((tmp_path / 'unchecked.json').read_text())
    assert main(['transfer', '--resume', 'unchecked', '--check-loss']) == 0
    assert 'loss_in_float32' in json.loads((tmp_path / 'unchecked.json').read_text())


def test_the_loss_is_measured_in_float32_only_where_that_is_asked_for(folder, capsys):
    layers = ['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1', '--image-height', '36']
    short = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--precision', 'bfloat16', *layers]
    assert main(['transfer', 'base.png', 'style.png', 'out', *short]) == 0
    assert 'in float32' not in capsys.readouterr().err
    assert 'loss_in_float32' not in json.loads((folder / 'out.json').read_text())
