"""`nst-lbfgs reconstruct` through main(argv), on small pictures and random weights."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest
from PIL import Image

from cli.main import main

from ...support.error_lines import error_line

FAST = ['--weights', 'random', '--iter', '1', '--maxfun', '3', '--image-height', '36']


@pytest.fixture
def folder(tmp_path, monkeypatch, town):
    """A working directory with town.png (48 x 40)."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(town).save('town.png')
    return tmp_path


def reconstruct(*arguments):
    """Return the exit code; argparse's own exits too."""
    try:
        return main(['reconstruct', *arguments])
    except SystemExit as exit_:
        return exit_.code


@pytest.mark.parametrize('term, other', [('content', 'style'), ('style', 'content')])
def test_one_layer_gives_the_picture_and_its_record(term, other, folder):
    assert reconstruct(term, 'town.png', 'out', '--layer', 'block2_conv1', *FAST) == 0
    assert sorted(os.listdir()) == ['out.html', 'out.json', 'out.png', 'town.png']
    record = json.load(open('out.json'))
    settings = record['config']['transfer']
    assert settings['objective'][f'{term}_layers'] == [['block2_conv1', 1.0]]
    assert settings['start']['init'] == 'noise' and settings['objective']['tv_weight'] == 0
    losses = record['iterations'][-1]
    assert losses['loss'] == losses[f'{term}_loss'] > 0 and losses[f'{other}_loss'] == 0


def test_without_a_prefix_the_results_are_named_after_the_picture(folder):
    assert reconstruct('style', 'town.png', '--layers', 'block1_conv1', *FAST) == 0
    assert sorted(os.listdir()) == ['town.png', 'town_style.html', 'town_style.json', 'town_style.png']


def test_several_layers_give_one_strip(folder):
    """The picture and a reconstruction from each layer, side by side, and a table."""
    layers = ['block1_conv1', 'block2_conv1', 'block2_pool']
    assert reconstruct('content', 'town.png', 'out', '--layer', *layers, *FAST) == 0
    assert sorted(os.listdir()) == sorted(
        [
            'out.csv',
            'out.html',
            'out.png',
            'town.png',
            *(f'out_{layer}{ending}' for layer in layers for ending in ('.png', '.json', '.html')),
        ]
    )
    assert Image.open('out.png').width > 4 * Image.open('out_block1_conv1.png').width
    with open('out.csv', newline='', encoding='utf-8') as file:
        assert [row['layers'] for row in csv.DictReader(file)] == layers


@pytest.mark.parametrize(
    'spelling',
    [['--layers', 'block1_conv1', 'block1_conv2'], ['--layer', 'block1_conv1', '--layer', 'block1_conv2']],
)
@pytest.mark.parametrize(
    'combine, expected',
    [
        ('cumulative', [['block1_conv1'], ['block1_conv1', 'block1_conv2']]),
        ('all', [['block1_conv1', 'block1_conv2']]),
    ],
)
def test_layers_may_be_combined(spelling, combine, expected, folder):
    assert reconstruct('style', 'town.png', 'out', *spelling, '--combine', combine, *FAST) == 0
    records = [name for name in os.listdir() if name.endswith('.json')]
    assert [
        [layer for layer, _ in json.load(open(name))['config']['transfer']['objective']['style_layers']]
        for name in sorted(records, key=len)
    ] == expected


def test_a_strip_goes_on_where_it_ended(folder, capsys):
    assert reconstruct('content', 'town.png', 'out', '--layers', 'block1_conv1', 'block1_conv2', *FAST) == 0
    os.remove('out_block1_conv2.png')
    capsys.readouterr()
    assert reconstruct('content', 'town.png', 'out', '--layers', 'block1_conv1', 'block1_conv2', *FAST) == 0
    errors = capsys.readouterr().err
    assert 'block1_conv1, done already' in errors and 'block1_conv2, done already' not in errors


def test_a_preset_brings_its_search_and_neither_its_start_nor_its_post_processing(folder):
    assert (
        reconstruct(
            'content',
            'town.png',
            'out',
            '--layer',
            'block1_conv1',
            '--preset',
            'enhanced-lbfgs',
            *FAST,
            '--image-width',
            '40',
        )
        == 0
    )
    config = json.load(open('out.json'))['config']
    assert config['transfer']['optimizer']['restart'] is True
    assert config['transfer']['start']['init'] == 'noise'
    assert config['pictures']['enhancement'] is None


def test_a_picture_is_repeated_from_its_record(folder):
    assert reconstruct('content', 'town.png', 'out', '--layer', 'block1_conv1', *FAST) == 0
    assert main(['transfer', '--from', 'out.json', 'again']) == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('out.png'))


@pytest.mark.parametrize(
    'arguments, code, message',
    [
        (['content', 'town.png'], 2, '--layer'),
        (['form', 'town.png', '--layer', 'block1_conv1'], 2, 'invalid choice'),
        (['style', 'town.png', '--layers', 'block1_conv7'], 2, 'Did you mean'),
        (
            ['style', 'town.png', '--layers', 'block1_conv1', 'block1_conv1', '--combine', 'all'],
            2,
            'each layer once',
        ),
        (['style', 'town.png', '--layers', 'block1_conv1', 'block1_conv1'], 2, 'each layer once'),
        (['style', 'missing.png', '--layers', 'block1_conv1'], 1, 'missing.png'),
        (['style', 'town.png', '--layers', 'block1_conv1', '--combine', 'some'], 2, 'invalid choice'),
        (['content', 'town.png', '--layer', 'block1_conv1', '--tv-weight', '-1'], 2, 'tv_weight'),
        (['content', 'town.png', '--layer', 'block1_conv1', '--init', 'content'], 2, 'unrecognized'),
        (['content', 'town.png', 'town', '--layer', 'block1_conv1'], 1, 'town.png exists already'),
        (
            ['content', 'town.png', 'town', '--layer', 'block1_conv1', 'block1_conv2'],
            1,
            'town.png exists already',
        ),
    ],
)
def test_what_cannot_be_used(arguments, code, message, folder, capsys):
    assert reconstruct(*arguments, *FAST) == code
    assert message in error_line(capsys)
    assert os.listdir() == ['town.png']
