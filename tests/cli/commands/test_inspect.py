"""`nst-lbfgs inspect` through main(argv)."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs.network.layers import LAYER_NAMES

RANDOM = ['--weights', 'random']


@pytest.fixture
def folder(tmp_path, monkeypatch, town):
    """A working directory with town.png (48 x 40)."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(town).save('town.png')
    return tmp_path


def inspect(*arguments):
    """Return the exit code; argparse's own exits too."""
    try:
        return main(['inspect', *arguments])
    except SystemExit as exit_:
        return exit_.code


def test_json_is_for_programs(folder, capsys):
    assert inspect('town.png', '--json', '--image-height', '40', *RANDOM) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report['height'], report['width']) == (40, 48)
    assert [layer['layer'] for layer in report['layers']] == list(LAYER_NAMES)
    assert report['layers'][2]['features']['shape'] == [1, 20, 24, 64]
    assert report['layers'][2]['gram']['shape'] == [64, 64]
    picture = np.asarray(Image.open('town.png')) / 255
    assert report['total_variation'] == pytest.approx(
        sum(np.abs(np.diff(picture, axis=axis)).sum() for axis in (0, 1)), rel=1e-5
    )


def test_the_table_has_a_line_for_each_layer_with_the_numbers_of_the_json(folder, capsys):
    assert inspect('town.png', '--image-height', '40', *RANDOM) == 0
    lines = capsys.readouterr().out.splitlines()
    assert inspect('town.png', '--image-height', '40', '--json', *RANDOM) == 0
    report = json.loads(capsys.readouterr().out)
    rows = {line.split()[0]: line for line in lines if line.startswith('block')}
    assert list(rows) == list(LAYER_NAMES)
    for layer in report['layers']:
        for part in ('features', 'gram'):
            assert f'{layer[part]["mean"]:.5g}' in rows[layer['layer']]
    assert len({len(row) for row in rows.values()}) == 1


def test_the_picture_is_brought_to_512_pixels_unless_told_otherwise(folder, capsys):
    assert inspect('town.png', *RANDOM) == 0
    assert 'town.png, 512 x 426 pixels' in capsys.readouterr().out


def test_edges_are_one_picture(folder):
    """Four pictures of 48 x 40 with their titles."""
    assert inspect('town.png', '--edges', 'edges.png', '--image-height', '40', *RANDOM) == 0
    sheet = np.asarray(Image.open('edges.png'))
    assert sheet.shape[0] > 80 and sheet.shape[1] > 96
    assert (sheet == 128).all(axis=2).sum() > 1000


@pytest.mark.parametrize(
    'arguments, code, message',
    [
        (['missing.png'], 1, 'missing.png'),
        (['town.png', '--image-height', '31'], 1, 'Expected at least 32 pixels'),
        (['town.png', '--image-height', '0'], 2, 'image_height'),
        (['town.png', '--edges', 'town.png'], 1, 'exists already'),
        (['town.png', '--edges', 'edges.gif'], 2, 'ends in'),
        (['town.png', '--edges', 'no/edges.png'], 1, 'no folder'),
        (['town.png', '--pooling', 'min'], 2, 'invalid choice'),
        (['town.png', '--weights', 'missing.h5'], 1, 'missing.h5'),
    ],
)
def test_what_cannot_be_used(arguments, code, message, folder, capsys):
    assert inspect(*arguments, *([] if '--weights' in arguments else RANDOM)) == code
    captured = capsys.readouterr()
    errors = [line for line in captured.err.splitlines() if 'error: ' in line]
    assert len(errors) == 1 and message in errors[0]
    assert captured.out == '' and os.listdir() == ['town.png']
