"""Pictures that their format cannot hold: known before the run, and if not, left as PNG after it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, WebPImagePlugin

from cli.main import main
from cli.runs.saving import Saver
from nst_lbfgs.errors import OutputWriteError
from nst_lbfgs.pictures import writing

from ...support.error_lines import error_line

LAYERS = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1']
RUN = ['--weights', 'random', '--iter', '1', '--maxfun', '2', '--save-every', '0', '--image-height', '36']
TOO_WIDE = 'Expected at most 16,383 pixels a side for out.webp, a WEBP file'

pytestmark = pytest.mark.usefixtures('folder')


@pytest.fixture
def no_evaluation(monkeypatch):
    """Let nothing be computed."""
    from cli.runs import starting, sweep

    def refuse(*_):
        raise AssertionError('TensorFlow is imported')

    for module in (starting, sweep):
        monkeypatch.setattr(module, 'start_tensorflow', refuse)


@pytest.fixture
def webp_breaks(monkeypatch):
    """Let the WebP library fail for no reason that could be known."""

    def fail(*_):
        raise SystemError('the encoder is ill')

    monkeypatch.setitem(Image.SAVE, 'WEBP', fail)
    assert WebPImagePlugin


@pytest.mark.parametrize(
    'command',
    [
        ['transfer', 'wide.png', 'style.png', 'out.webp', '--style-size', 'content'],
        ['sweep', 'wide.png', 'style.png', 'out.webp', '--vary', 'seed=1,2', '--style-size', 'content'],
        ['reconstruct', 'content', 'wide.png', 'out.webp', '--layer', 'block1_conv1'],
        ['reconstruct', 'content', 'wide.png', 'out.webp', '--layer', 'block1_conv1', 'block1_conv2'],
        ['enhance', 'wide.png', 'out.webp'],
        ['recolor', 'wide.png', 'not-read.png', 'out.webp'],
    ],
    ids=lambda command: f'{command[0]}, {len(command)}',
)
def test_a_size_that_the_format_does_not_hold_is_refused_before_the_run(command, no_evaluation, capsys):
    Image.new('RGB', (16_384, 32)).save('wide.png')
    options = [] if command[0] in ('enhance', 'recolor') else ['--weights', 'random', '--image-height', '32']
    assert main([*command, *options]) == 2
    assert TOO_WIDE in error_line(capsys)
    assert not [name for name in os.listdir() if name.startswith('out') and not name.endswith('.lock')]


def test_a_run_that_goes_on_is_refused_too_and_can_go_on_as_png(monkeypatch, capsys):
    """Such a run was begun before the limit was known."""
    assert main(['transfer', 'base.png', 'style.png', 'out.webp', *RUN, *LAYERS]) == 0
    os.unlink('out.webp')
    monkeypatch.setitem(writing.LONGEST_SIDES, 'WEBP', 40)
    assert main(['transfer', '--resume', 'out']) == 2
    assert 'Expected at most 40 pixels a side for out.webp' in error_line(capsys)
    assert main(['transfer', '--resume', 'out.png']) == 0
    assert Image.open('out.png').format == 'PNG' and not Path('out.webp').exists()


def test_a_picture_that_cannot_be_written_is_left_as_png_and_the_last_line_says_where(webp_breaks, capsys):
    Path('out.png').write_text('mine')
    assert main(['transfer', 'base.png', 'style.png', 'out.webp', *RUN, *LAYERS]) == 1
    said = capsys.readouterr().err
    assert 'all iterations done' not in said
    assert said.splitlines()[-1] == (
        'nst-lbfgs: error: Could not write out.webp. Instead there is out.webp.png.'
    )
    assert Image.open('out.webp.png').size == (43, 36)
    assert Path('out.png').read_text() == 'mine'


def test_where_nothing_can_be_written_it_is_left_as_png_in_the_folder_for_temporary_files(
    webp_breaks, tmp_path, monkeypatch
):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    Path('file').touch()
    saver = Saver(lambda line: None)
    pixels = np.zeros((8, 8, 3), np.uint8)
    saver.save(Path('file/out.webp'), lambda path: writing.write_picture(path, pixels, overwrite=False))
    saver.finish()
    (rescued,) = tmp_path.glob('nst-lbfgs-*/*')
    assert rescued.name == 'out.png' and Image.open(rescued).size == (8, 8)
    assert isinstance(saver.problem, OutputWriteError)
    assert f'Instead there are out.png in {rescued.parent}.' in str(saver.problem)
