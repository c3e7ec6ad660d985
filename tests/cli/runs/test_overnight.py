"""Runs that are stopped, resumed, refused or short of space, through main(argv)."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cli.runs.transfer
from cli.main import main
from cli.runs.lock import run_lock
from nst_lbfgs.objective import Objective
from nst_lbfgs.records.checkpoint import read_checkpoint

LAYERS = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1']
RUN = ['--weights', 'random', '--iter', '3', '--maxfun', '3', '--image-height', '36', '--restart', *LAYERS]
RESULTS = [
    'out.checkpoint',
    'out.html',
    'out.json',
    'out.png',
    *(f'out_at_iteration_{i}.png' for i in range(3)),
]


pytestmark = pytest.mark.usefixtures('folder')


def transfer(*options, prefix='out'):
    return main(['transfer', 'base.png', 'style.png', prefix, *RUN, *options])


def resume(*options, prefix='out'):
    return main(['transfer', '--resume', prefix, *options])


def results():
    return sorted(set(os.listdir()) - {'base.png', 'style.png'})


def pixels(name):
    return np.asarray(Image.open(name))


@pytest.mark.parametrize('options', [[], ['--bounds']])
@pytest.mark.parametrize('evaluation', [2, 5, 9])
def test_a_run_that_was_stopped_is_resumed_to_the_same_bytes(options, evaluation, at_evaluation):
    assert transfer(*options, prefix='whole') == 0
    undo = at_evaluation(evaluation, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert transfer(*options) == 143
    undo()
    assert resume() == 0
    whole, resumed = Path('whole.png').read_bytes(), Path('out.png').read_bytes()
    assert resumed == whole
    assert [f'whole{name[3:]}' for name in RESULTS] == [n for n in results() if n.startswith('whole')]
    assert RESULTS == [n for n in results() if n.startswith('out')]


def test_a_continuous_run_is_resumed_to_the_same_picture_but_for_rounding(at_evaluation):
    assert transfer('--no-restart', prefix='whole') == 0
    undo = at_evaluation(6, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert transfer('--no-restart') == 143
    undo()
    assert resume() == 0
    np.testing.assert_allclose(pixels('out.png'), pixels('whole.png').astype(int), atol=2)


@pytest.mark.parametrize('number, code', [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_picture_record_and_checkpoint(number, code, at_evaluation, capsys):
    at_evaluation(5, lambda: os.kill(os.getpid(), number))
    assert transfer() == code
    assert results() == ['out.checkpoint', 'out.html', 'out.json', 'out.png', 'out_at_iteration_0.png']
    record = json.load(open('out.json'))
    assert record['stop_reason'] == f'stopped by {number.name}' and record['evaluations'] == 5
    assert pixels('out.png').std() > 0
    assert len(read_checkpoint(Path('out.checkpoint')).state.iterations) == 1
    assert 'Stopping after this evaluation' in capsys.readouterr().err


def test_a_finished_run_is_extended():
    assert transfer() == 0
    assert resume('--iter', '4') == 0
    assert len(json.load(open('out.json'))['iterations']) == 4
    assert Path('out_at_iteration_3.png').exists()


def test_resuming_a_finished_run_gives_the_same_files_again():
    assert transfer() == 0
    before = Path('out.png').read_bytes()
    assert resume() == 0
    assert Path('out.png').read_bytes() == before


def test_pictures_that_have_moved_are_named_again():
    assert transfer('--max-seconds', '1e-9') == 0
    os.mkdir('moved')
    for name in ('base.png', 'style.png'):
        shutil.move(name, 'moved')
    assert main(['transfer', '--resume', 'out', 'moved/base.png', 'moved/style.png']) == 0


@pytest.mark.parametrize('name', ['base.png', 'style.png'])
def test_a_changed_picture_is_refused_and_named(name, capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    Image.new('RGB', (48, 40), 'red').save(name)
    assert resume() == 1
    assert f'{name} has changed since the checkpoint' in capsys.readouterr().err


def test_other_weights_are_refused_and_named(monkeypatch, capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    resolve = cli.runs.transfer.resolve_weights
    monkeypatch.setattr(
        cli.runs.transfer,
        'resolve_weights',
        lambda *args, **kwargs: replace(resolve(*args, **kwargs), sha256='0' * 64, description='others'),
    )
    assert resume() == 1
    assert 'The weights have changed since the checkpoint' in capsys.readouterr().err


def test_another_version_is_named_and_the_run_goes_on(monkeypatch, capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    now = cli.runs.transfer.versions()
    monkeypatch.setattr(cli.runs.transfer, 'versions', lambda: now | {'tensorflow': '99.0'})
    assert resume() == 0
    old = now['tensorflow']
    assert f'written with tensorflow {old}; this is 99.0' in capsys.readouterr().err


@pytest.mark.parametrize(
    'options, message',
    [
        (['--style-weight', '3'], 'style_weight was 1.0'),
        (['--image-height', '40'], 'image_height was 36'),
        (['--force'], 'without'),
        (['--iter', '0'], 'Expected iterations'),
        (['--preset', 'keras-2.3.1'], ''),
    ],
)
def test_settings_that_would_make_it_another_run_are_refused(options, message, capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    try:
        code = resume(*options)
    except SystemExit as exit_:
        code = exit_.code
    assert code == 2 and message in capsys.readouterr().err


def test_no_fewer_iterations_than_are_done(capsys):
    assert transfer() == 0
    before = Path('out.json').read_bytes()
    assert resume('--iter', '2') == 2
    assert 'at least the 3 that are done' in capsys.readouterr().err
    assert Path('out.json').read_bytes() == before


def test_a_folder_of_the_same_name_does_not_hide_a_run():
    assert transfer('--max-seconds', '1e-9') == 0
    os.mkdir('out')
    assert resume() == 0 and RESULTS == [
        name for name in results() if name.startswith('out.') or '_at_' in name
    ]


def test_without_a_checkpoint_there_is_nothing_to_resume(capsys):
    assert resume(prefix='nothing') == 1
    assert 'There is no checkpoint nothing.checkpoint' in capsys.readouterr().err


def test_a_damaged_checkpoint_is_named(capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    data = Path('out.checkpoint').read_bytes()
    Path('out.checkpoint').write_bytes(data[:-100])
    assert resume() == 1
    assert 'out.checkpoint cannot be used' in capsys.readouterr().err


def test_a_checkpoint_is_not_overwritten_unasked(capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    for name in ('out.png', 'out.json'):
        os.remove(name)
    assert transfer() == 1
    assert 'Expected --resume to go on' in capsys.readouterr().err


def test_a_second_run_with_the_same_prefix_is_refused(capsys):
    with run_lock(Path('out.lock')):
        assert transfer() == 1
        assert 'Another run is writing to out' in capsys.readouterr().err
        assert transfer(prefix='other', *['--max-seconds', '1e-9']) == 0
        assert os.path.exists('out.lock')
    assert not os.path.exists('out.lock')


def test_a_lock_file_that_was_left_behind_is_in_nobodys_way():
    Path('out.lock').touch()
    assert transfer('--max-seconds', '1e-9') == 0
    assert not os.path.exists('out.lock')


def test_the_picture_carries_command_and_digest_of_the_record():
    assert transfer() == 0
    record = json.load(open('out.json'))
    text = Image.open('out.png').text
    assert text['nst-lbfgs record digest'] == record['digest']
    assert text['nst-lbfgs command'] == record['command_without_prefix']
    assert not Image.open('out_at_iteration_2.png').text


def test_without_metadata_the_picture_says_nothing():
    assert transfer('--no-metadata') == 0
    assert not Image.open('out.png').text


class Disk:
    """Fails every write for a while."""

    def __init__(self, monkeypatch):
        self.full = False
        for name in ('replace', 'link', 'fsync'):
            monkeypatch.setattr(os, name, self._failing(getattr(os, name)))

    def _failing(self, function):
        def call(*args, **kwargs):
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return function(*args, **kwargs)

        return call

    def fill(self):
        self.full = True

    def free(self):
        self.full = False


def test_a_full_disk_in_mid_run_and_then_space_again(monkeypatch, at_evaluation, capsys):
    disk = Disk(monkeypatch)
    at_evaluation(2, disk.fill)
    at_evaluation(8, disk.free)
    assert transfer() == 0
    assert results() == RESULTS
    said = capsys.readouterr().err
    assert 'Cannot write out_at_iteration_0.png: No space left on device' in said
    assert 'out_at_iteration_0.png is written now' in said
    assert len(read_checkpoint(Path('out.checkpoint')).state.iterations) == 3


def test_a_disk_that_stays_full_is_said_at_the_end(monkeypatch, at_evaluation, capsys):
    disk = Disk(monkeypatch)
    undo = at_evaluation(5, disk.fill)
    assert transfer() == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith('nst-lbfgs: error: Could not write ')
    for name in ('out.png', 'out.json', 'out.checkpoint', 'out_at_iteration_2.png'):
        assert name in error
    assert results() == ['out.checkpoint', 'out.html', 'out_at_iteration_0.png']
    disk.free()
    undo()
    assert resume() == 0 and results() == RESULTS


def test_what_cannot_be_written_goes_to_the_folder_for_temporary_files(
    folder, monkeypatch, at_evaluation, capsys
):
    """The results' folder becomes a file: nothing can be written there, nor a folder be made."""
    (folder / 'temporary').mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder / 'temporary'))

    def replace_folder():
        shutil.rmtree('results')
        Path('results').touch()

    at_evaluation(5, replace_folder)
    assert transfer(prefix='results/out') == 1
    (rescued,) = (folder / 'temporary').iterdir()
    assert (
        f'Instead there are out.checkpoint, out.json, out.png in {rescued}'
        in capsys.readouterr().err.replace('out_at_iteration_1.png, out_at_iteration_2.png, ', '')
    )
    assert pixels(rescued / 'out.png').std() > 0


def test_a_folder_that_was_removed_is_made_again_at_the_end(at_evaluation):
    at_evaluation(5, lambda: shutil.rmtree('results'))
    assert transfer(prefix='results/out') == 0
    assert set(os.listdir('results')) >= {'out.png', 'out.json', 'out.checkpoint'}


def test_a_file_that_appears_in_mid_run_is_not_overwritten(at_evaluation, capsys):
    at_evaluation(5, lambda: Path('out_at_iteration_1.png').write_text('mine'))
    assert transfer() == 1
    assert Path('out_at_iteration_1.png').read_text() == 'mine'
    assert 'Could not write out_at_iteration_1.png' in capsys.readouterr().err
    assert pixels('out.png').std() > 0


def test_nobody_is_left_with_a_black_picture_and_exit_code_0(monkeypatch, capsys):
    evaluate, count = Objective.evaluate, itertools.count(1)

    def failing(self, x):
        return evaluate(self, x * (np.nan if next(count) >= 5 else 1))

    monkeypatch.setattr(Objective, 'evaluate', failing)
    assert transfer() == 1
    said = capsys.readouterr().err
    assert 'Going on from the best picture with fresh memory' in said
    assert 'error: The loss is nan at evaluation' in said
    assert pixels('out.png').std() > 10
    assert json.load(open('out.json'))['troubles']


@pytest.mark.skipif(os.name != 'posix' or os.geteuid() != 0, reason='only root may mount')
def test_a_real_disk_that_is_full_for_a_while(folder, at_evaluation, capsys):
    """A file system of 400 kB, filled in mid-run to the last byte and freed before the end."""
    disk = folder / 'disk'
    disk.mkdir()
    mounted = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f'a file system cannot be mounted here: {mounted.stderr.strip()}')

    def fill():
        with open(disk / 'ballast', 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1024))
            except OSError as error:
                assert error.errno == errno.ENOSPC

    try:
        at_evaluation(2, fill)
        at_evaluation(9, (disk / 'ballast').unlink)
        assert transfer(prefix='disk/out') == 0
        assert 'No space left on device' in capsys.readouterr().err
        assert sorted(os.listdir(disk)) == RESULTS
        assert pixels(disk / 'out.png').std() > 0
    finally:
        subprocess.run(['umount', str(disk)], check=True)
