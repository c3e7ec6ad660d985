"""`nst-lbfgs presets`, `transfer --preset`, the enhanced Keras script's command line, through main."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs.presets import OURS, PRESETS, PUBLICATIONS

QUICK = ['--weights', 'random', '--iter', '2', '--maxfun', '2']


@pytest.fixture
def folder(tmp_path, monkeypatch, town, stripes):
    """A working directory with base.jpg (48 x 40) and style.jpg."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(town).save('base.jpg')
    Image.fromarray(stripes).save('style.jpg')
    return tmp_path


def record(name='out'):
    with open(f'{name}.json') as file:
        return json.load(file)


def test_the_list_has_every_preset_and_says_what_a_run_without_one_is(capsys):
    assert main(['presets']) == 0
    printed = capsys.readouterr().out
    for name, preset in (PUBLICATIONS | OURS).items():
        assert f'{name} ' in printed and preset.title in printed
    assert 'Without --preset' in printed


@pytest.mark.parametrize('name', PRESETS)
def test_a_preset_is_shown_with_all_that_it_says_then_what_is_ours_then_the_notes(name, capsys):
    assert main(['presets', name]) == 0
    said, ours = ' '.join(capsys.readouterr().out.split()).split(' What is ours')
    publication = (PUBLICATIONS | OURS)[name]
    for settings, printed in ((publication.settings, said), (publication.ours, ours)):
        for setting, (_, source) in settings.items():
            assert f' {setting} = ' in printed and source in printed
    for note in publication.notes:
        assert note in ours


def test_what_no_publication_speaks_of_is_shown_as_ours(capsys):
    assert main(['presets', 'd2l']) == 0
    printed = capsys.readouterr().out
    assert "feature_scale = torchvision\n      for Keras's VGG19" in printed.split('What is ours')[1]
    assert 'seed=0' in printed.split('As without a preset: ')[1]
    for name in ('history', 'restart', 'coordinates', 'brightness'):
        assert name not in printed


def test_an_unknown_preset_is_refused_with_a_guess(capsys):
    assert main(['presets', 'tf-totorial']) == 2
    assert "Did you mean 'tf-tutorial'?" in capsys.readouterr().err


def test_a_preset_of_adam_runs_and_is_repeated_from_its_record(folder):
    assert (
        main(
            [
                'transfer',
                'base.jpg',
                'style.jpg',
                'out',
                '--preset',
                'tf-tutorial',
                '--longest-side',
                '40',
                *QUICK,
            ]
        )
        == 0
    )
    written = record()
    assert written['preset'] == 'tf-tutorial'
    assert written['config']['transfer']['optimizer']['name'] == 'adam'
    assert written['config']['transfer']['objective']['content_weight'] == 1e4
    assert (written['width'], written['height']) == (40, 33)
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    assert record('again')['preset'] == 'tf-tutorial'
    assert record('again')['config'] == written['config']
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('out.png'))


def test_explicit_options_win_over_the_preset(folder):
    assert (
        main(
            [
                'transfer',
                'base.jpg',
                'style.jpg',
                'out',
                '--preset',
                'd2l',
                '--optimizer',
                'lbfgs',
                '--image-height',
                '32',
                '--tv_weight',
                '3',
                '--feature-scale',
                'caffe',
                *QUICK,
            ]
        )
        == 0
    )
    settings = record()['config']['transfer']
    objective = settings['objective']
    assert settings['optimizer']['name'] == 'lbfgs' and objective['tv_weight'] == 3
    assert objective['feature_scale'] == 'caffe' and objective['preprocessing'] == 'torchvision'
    assert Image.open('out.png').size == (38, 32)


def test_the_default_run_names_no_preset(folder):
    assert main(['transfer', 'base.jpg', 'style.jpg', 'out', '--image-height', '36', *QUICK]) == 0
    assert record()['preset'] is None
    assert not record()['config']['transfer']['optimizer']['restart']


def test_the_command_line_of_seed_003(folder):
    assert (
        main(
            [
                'transfer',
                '--preset',
                'enhanced-lbfgs',
                '--base_image_path',
                'base.jpg',
                '--style_reference_image_path',
                'style.jpg',
                '--iter',
                '2',
                '--pictrue_size',
                '36',
                '--weights',
                'random',
                '--maxfun',
                '2',
            ]
        )
        == 0
    )
    assert sorted(os.listdir()) == [
        'base.jpg',
        'result.checkpoint',
        'result.html',
        'result.json',
        'result.png',
        'result_at_iteration_0.png',
        'result_at_iteration_1.png',
        'style.jpg',
    ]
    assert Image.open('result.png').size == (36, 36)
    assert record('result')['config']['pictures']['enhancement']
    assert record('result')['config']['transfer']['objective']['content_weight'] == 0.08


def test_seed_003_finds_its_pictures_itself_and_keeps_every_fifth_result(folder):
    assert (
        main(
            [
                'transfer',
                '--preset',
                'enhanced-lbfgs',
                '--pictrue-size',
                '32',
                '--iter',
                '8',
                '--maxfun',
                '1',
                '--weights',
                'random',
            ]
        )
        == 0
    )
    saved = {name for name in os.listdir() if 'iteration' in name}
    assert saved == {f'result_at_iteration_{number}.png' for number in (0, 5, 7)}


def test_a_prefix_may_follow_seed_003s_options(folder):
    assert (
        main(
            [
                'transfer',
                '--base_image_path',
                'base.jpg',
                '--style_reference_image_path',
                'style.jpg',
                'mine',
                '--image-height',
                '36',
                *QUICK,
            ]
        )
        == 0
    )
    assert os.path.exists('mine.png')


@pytest.mark.parametrize(
    'arguments, message',
    [
        (['base.jpg', 'style.jpg', 'out', '--base_image_path', 'base.jpg'], 'one of them twice'),
        (['--base_image_path', 'base.jpg'], 'Expected BASE STYLE PREFIX'),
        (['--from', 'out.json', '--preset', 'd2l'], 'Expected --preset or --from'),
        (
            ['base.jpg', 'style.jpg', 'out', '--optimizer', 'adam', '--learning-rate', '0'],
            'Expected learning_rate: a finite number above 0',
        ),
        (
            ['base.jpg', 'style.jpg', 'out', '--optimizer', 'adam', '--beta_1', '1'],
            'Expected beta_1',
        ),
        (
            ['base.jpg', 'style.jpg', 'out', '--longest-side', '64', '--image-height', '64'],
            'Expected either longest_side',
        ),
        (['--preset', 'enhanced-lbfgs', '--pictrue_size', '0'], 'Expected image_height'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message, folder, capsys):
    assert main(['transfer', *arguments]) == 2
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 1 and message in errors[0]
    assert sorted(os.listdir()) == ['base.jpg', 'style.jpg']
