"""Signals at any moment from the first line to the last: one line, the right exit code, nothing lying."""

from __future__ import annotations

import random
import signal
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import cli.signals
from cli.start import start as start_command

from ..support.processes import SWEEP, TRANSFER, finish, has_mapped, hears, left_lying, start, wait_until

SIGNALS = [
    (signal.SIGINT, 130, 'interrupted'),
    (signal.SIGTERM, 143, 'ended by SIGTERM'),
    (signal.SIGHUP, 129, 'ended by SIGHUP'),
]

pytestmark = [
    pytest.mark.skipif(sys.platform != 'linux', reason='looks at /proc'),
    pytest.mark.usefixtures('folder'),
]


def test_ctrl_c_before_signals_are_heard(monkeypatch, capsys):
    def interrupted(react):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.signals, 'hear', interrupted)
    assert start_command() == 130
    assert capsys.readouterr().err == 'nst-lbfgs: interrupted\n'


@pytest.mark.parametrize('number, code, line', SIGNALS)
@pytest.mark.parametrize('library', ['_multiarray_umath', 'libtensorflow_cc'])
def test_a_signal_while_a_library_is_imported(library, number, code, line):
    process = start(*TRANSFER)
    assert wait_until(process, has_mapped(process, library))
    process.send_signal(number)
    assert finish(process) == (code, f'nst-lbfgs: {line}\n')
    assert left_lying() == [] and not list(Path().glob('out*'))


@pytest.mark.parametrize(
    'command',
    [
        ['inspect', 'base.png', '--weights', 'random', '--image-height', '32'],
        ['reconstruct', 'style', 'base.png', 'out', '--layer', 'block1_conv1', '--weights', 'random'],
        ['run', 'old.py'],
        SWEEP,
    ],
    ids=lambda command: command[0],
)
def test_every_command_ends_so_in_the_import_of_tensorflow(command):
    Path('old.py').write_text('import keras\n')
    process = start(*command)
    assert wait_until(process, has_mapped(process, 'libtensorflow_cc'))
    process.send_signal(signal.SIGINT)
    assert finish(process) == (130, 'nst-lbfgs: interrupted\n')
    assert left_lying() == []


def test_a_benchmark_takes_its_temporary_files_with_it(tmp_path):
    (tmp_path / 'temporary').mkdir()
    process = start('bench', '--sizes', '32', '--weights', 'random', TMPDIR=str(tmp_path / 'temporary'))
    assert wait_until(process, lambda: list(tmp_path.glob('temporary/*/*.npz')))
    process.send_signal(signal.SIGTERM)
    code, said = finish(process)
    assert code == 143 and said.endswith('nst-lbfgs: ended by SIGTERM\n')
    assert list((tmp_path / 'temporary').iterdir()) == []


def test_a_script_has_the_signals_that_python_gives_it():
    Path('old.py').write_text(
        'import os, signal\n'
        'try:\n    os.kill(os.getpid(), signal.SIGINT)\nexcept KeyboardInterrupt:\n    print("caught")\n'
        'os.kill(os.getpid(), signal.SIGTERM)\n'
    )
    code, said = finish(start('run', 'old.py'))
    assert code == -signal.SIGTERM and said == ''


@pytest.mark.slow
def test_signals_at_random_moments(rounds):
    """From the first line to after the last write; what comes after them finds nothing in its way."""
    began = time.monotonic()
    assert finish(start(*TRANSFER))[0] == 0
    whole, moments = time.monotonic() - began, random.Random(17)
    for _ in range(2 * rounds):
        number, code, _ = moments.choice(SIGNALS)
        process = start(*TRANSFER, '--force')
        if wait_until(process, hears(process)):
            time.sleep(moments.uniform(0, whole))
            process.send_signal(number)
        returned, said = finish(process)
        is_done = 'all iterations done' in said  # then Python may be past hearing anything
        assert returned in (0, code, *[-number] * is_done) and 'Traceback' not in said, said
        assert left_lying() == []
        for path in Path().glob('out*.png'):
            Image.open(path).load()
    code, said = finish(start(*TRANSFER, '--force'))
    assert code == 0, said


@pytest.mark.slow
def test_signals_at_the_last_write(rounds):
    """The picture is the last file of a run."""
    for index in range(rounds):
        Path('out.png').unlink(missing_ok=True)
        process = start(*TRANSFER, '--force')
        number, code, _ = SIGNALS[index % len(SIGNALS)]
        wait_until(process, Path('out.png').exists)
        process.send_signal(number)
        returned, said = finish(process)
        assert returned in (0, code, -number) and 'Traceback' not in said, said
        Image.open('out.png').load()
        assert left_lying() == []
