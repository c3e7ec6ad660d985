"""Inputs that are no files, and texts that a terminal would obey: one clear line, at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main

from ...support.error_lines import error_line

RUN = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--save-every', '0', '--image-height', '36']
LAYERS = ['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1']
ROOT = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.usefixtures('folder'),
    pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no named pipes'),
]


@pytest.fixture(autouse=True)
def nothing_is_waited_for():
    """End a test that waits for a writer, which would be for ever."""

    def give_up(*_):
        raise AssertionError('a pipe is waited for')

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    'command',
    [
        ['transfer', 'pipe', 'style.png', 'out', *RUN],
        ['transfer', 'base.png', 'link', 'out', *RUN],
        ['transfer', 'base.png', 'style.png', 'out', *RUN, '--init', 'pipe'],
        ['transfer', '--from', 'pipe', 'out'],
        ['reconstruct', 'content', 'pipe', 'out', '--layer', 'block1_conv1', '--weights', 'random'],
        ['sweep', 'pipe', 'style.png', 'out', '--vary', 'seed=1,2', '--weights', 'random'],
        ['enhance', 'pipe', 'out.png'],
        ['enhance', os.devnull, 'out.png'],
        ['transfer', '--resume', 'piped'],
        ['transfer', 'base.png', 'style.png', 'out', '--weights', 'pipe.h5'],
    ],
    ids=' '.join,
)
def test_a_pipe_or_a_device_is_refused_at_once(command, capsys):
    for name in ('pipe', 'piped.checkpoint', 'pipe.h5'):
        os.mkfifo(name)
    os.symlink('pipe', 'link')
    assert main(command) == 1
    assert 'ordinary file' in error_line(capsys)


def test_a_picture_that_became_a_pipe_is_refused_when_the_run_goes_on(capsys):
    assert main(['transfer', 'base.png', 'style.png', 'out', *RUN, *LAYERS]) == 0
    os.unlink('style.png')
    os.mkfifo('style.png')
    assert main(['transfer', '--resume', 'out', '--iter', '2']) == 1
    assert 'style.png: it is a pipe. Expected an ordinary file' in error_line(capsys)


def test_weights_of_the_cache_that_are_a_pipe_are_broken(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv('KERAS_HOME', str(tmp_path))
    (tmp_path / 'models').mkdir()
    os.mkfifo(tmp_path / 'models/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5')
    main(['weights'])
    assert 'it is a pipe' in capsys.readouterr().out


def test_a_picture_on_standard_input_through_a_pipe_is_refused_in_a_clear_line():
    if not os.path.exists('/dev/stdin'):
        pytest.skip('this system has no /dev/stdin')
    command = [sys.executable, '-m', 'cli', 'enhance', '/dev/stdin', 'out.png']
    environment = os.environ | {'PYTHONPATH': str(ROOT)}
    data = Path('base.png').read_bytes()
    done = subprocess.run(command, input=data, capture_output=True, env=environment, timeout=300)
    assert done.returncode == 1
    assert done.stderr == (
        b'nst-lbfgs: error: Cannot read /dev/stdin: it is a pipe. Expected an ordinary file\n'
    )


@pytest.mark.parametrize(
    'command', [['enhance', 'a\n\x1b[31mb.png', 'out.png'], ['enhance', 'a', 'b', 'c\n\x1b[31md']]
)
def test_control_characters_are_printed_so_that_they_do_nothing(command, capsys):
    try:
        main(command)
    except SystemExit:
        pass
    said = capsys.readouterr().err
    assert r'\n\x1b[31m' in said and '\x1b' not in said


def test_of_a_long_value_the_message_has_its_beginning_and_end(capsys):
    Path('a.json').write_text(json.dumps({'format': 2, 'content_path': ['x' * 10_000_000]}))
    assert main(['transfer', '--from', 'a.json', 'out']) == 1
    line = error_line(capsys)
    assert 'Expected a text under' in line and len(line) < 6000
