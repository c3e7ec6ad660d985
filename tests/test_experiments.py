"""The sample scripts run, as they are, on tiny pictures and random weights."""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

import pytest
from PIL import Image

SAMPLES = Path(__file__).parent.parent / 'samples'
TINY = ['--weights', 'random', '--maxfun', '1', '--image-height', '32', '--image-width', '32']
# What each leaves, by the varied part of the name.
EXPERIMENTS = {
    'content_weight': [f'content_weight_{weight}' for weight in ('0.1', '1', '5', '10')],
    'style_weight': ['style_weight_1', 'style_weight_100'],
    'single_style_layers': [f'style_layers_block{block}_conv1' for block in range(1, 6)],
    'stressed_style_layers': 3,
    'total_variation_weight': [f'tv_weight_{weight}' for weight in (1, 5, 10)],
    'blank_content': ['iterations_10'],
    'blank_style': ['iterations_1', 'iterations_10'],
    'black_style': ['iterations_30'],
}
PICTURES = {'blank_content': ['style.png'], 'blank_style': ['base.png'], 'black_style': ['base.png']}


@pytest.fixture
def folder(tmp_path, monkeypatch, town, stripes):
    """A working directory with base.png and style.png."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(SAMPLES)
    Image.fromarray(town).save('base.png')
    Image.fromarray(stripes).save('style.png')
    return tmp_path


def run_script(name, *arguments, monkeypatch):
    """Run a script of samples/ and return its exit code."""
    monkeypatch.setattr(sys, 'argv', [str(SAMPLES / f'{name}.py'), *arguments])
    try:
        runpy.run_path(str(SAMPLES / f'{name}.py'), run_name='__main__')
    except SystemExit as exit_:
        return exit_.code
    return 0


@pytest.mark.parametrize('name', EXPERIMENTS)
def test_an_experiment_leaves_its_pictures_and_its_sheet(name, folder, monkeypatch):
    pictures = PICTURES.get(name, ['base.png', 'style.png'])
    options = [] if name in PICTURES else ['--iter', '1']
    assert run_script(name, *pictures, *TINY, *options, monkeypatch=monkeypatch) == 0
    left = sorted(path.stem for path in Path('experiments').glob('*.json'))
    expected = EXPERIMENTS[name]
    if isinstance(expected, int):
        assert len(left) == expected
    else:
        assert left == sorted(f'{name}_{part}' for part in expected)
    assert Path('experiments', f'{name}.png').exists()
    assert len(Path('experiments', f'{name}.csv').read_text().splitlines()) == len(left) + 1


def test_the_record_has_the_whole_command(folder, monkeypatch):
    assert (
        run_script('style_weight', 'base.png', 'style.png', *TINY, '--iter', '1', monkeypatch=monkeypatch)
        == 0
    )
    record = json.load(open('experiments/style_weight_style_weight_1.json'))
    assert record['command'].startswith('nst-lbfgs sweep base.png style.png experiments/style_weight')
    assert record['config']['transfer']['objective']['content_weight'] == 0.08


def test_too_many_pictures(folder, monkeypatch):
    assert 'Expected fewer pictures' in run_script(
        'black_style', 'base.png', 'style.png', monkeypatch=monkeypatch
    )


def test_the_book_example_runs_through_the_library(folder, monkeypatch, capsys):
    assert (
        run_script(
            'chollet_book',
            'base.png',
            'style.png',
            '--weights',
            'random',
            '--height',
            '32',
            '--iterations',
            '1',
            monkeypatch=monkeypatch,
        )
        == 0
    )
    assert sorted(name for name in os.listdir() if name.startswith('style_transfer')) == [
        'style_transfer_result.png',
        'style_transfer_result_at_iteration_0.png',
    ]
    assert 'Iteration 0: loss' in capsys.readouterr().out
