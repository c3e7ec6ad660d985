"""`nst-lbfgs plot` through `main`."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from cli.main import main
from tests.support.error_lines import error_line

RUN = [
    '--weights',
    'random',
    '--maxfun',
    '1',
    '--content-layer',
    'block2_conv1',
    '--style-layer',
    'block1_conv1',
]


@pytest.fixture(scope='module')
def record(tmp_path_factory):
    """The record of a run of two iterations."""
    folder = tmp_path_factory.mktemp('run')
    Image.effect_noise((40, 36), 90).convert('RGB').save(folder / 'base.png')
    command = ['transfer', str(folder / 'base.png'), str(folder / 'base.png'), str(folder / 'one'), *RUN]
    assert main([*command, '--image-height', '36', '--iter', '2']) == 0
    return folder / 'one.json'


@pytest.fixture(autouse=True)
def folder(record, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'other').mkdir()
    for name in ('one.json', 'two.json', 'other/one.json'):
        shutil.copy(record, name)


@pytest.mark.parametrize(
    'arguments, words',
    [
        (['one', 'a.svg'], ['one', 'loss', 'content', 'style', 'evaluations of loss and gradient']),
        (['one.json', 'two.png', 'a.svg', '--by', 'seconds'], ['one', 'two', 'seconds of the search']),
        (['one', 'other/one', 'a.svg'], ['one', 'other/one']),
    ],
)
def test_curves_have_their_names(arguments, words, monkeypatch, capsys):
    import matplotlib

    monkeypatch.setitem(matplotlib.rcParams, 'svg.fonttype', 'none')  # words as words
    assert main(['plot', *arguments]) == 0
    assert capsys.readouterr().err == 'a.svg\n'
    drawing = Path('a.svg').read_text()
    assert all(f'>{word}<' in drawing for word in words)


def test_a_png_is_a_picture():
    assert main(['plot', 'one', 'two', 'a.png']) == 0
    assert Image.open('a.png').size == (800, 560)


@pytest.mark.parametrize(
    'arguments, code, message',
    [
        (['one', 'a.pdf'], 2, 'Expected OUT: a name that ends in .png or .svg. Received: a.pdf'),
        (['one', 'one.json', 'a.png'], 2, 'Expected each run once'),
        (['nobody', 'a.png'], 1, 'Cannot read the record nobody.json'),
        (['one', 'nowhere/a.png'], 1, 'there is no folder'),
        (['one', 'there.png'], 1, 'exists already'),
        (['empty', 'a.png'], 1, 'Expected a record with the losses of its iterations. Received: empty.json'),
        (['odd', 'a.png'], 1, 'Expected a record with the losses of its iterations. Received: odd.json'),
    ],
)
def test_bad_usage_leaves_nothing(arguments, code, message, capsys):
    Path('there.png').touch()
    record = json.loads(Path('one.json').read_text())
    Path('empty.json').write_text(json.dumps(record | {'iterations': []}))
    Path('odd.json').write_text(json.dumps(record | {'iterations': [{'loss': 'much'}]}))
    before = sorted(Path().rglob('*'))
    assert main(['plot', *arguments]) == code
    assert message in error_line(capsys)
    assert sorted(Path().rglob('*')) == before and not Path('there.png').read_bytes()


def test_without_matplotlib_there_is_one_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'nst_lbfgs.plots.axes', None)
    assert main(['plot', 'one', 'a.png']) == 1
    assert 'Expected matplotlib for plot: pip install matplotlib' in error_line(capsys)
