"""The two ways to start the command line, as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import nst_lbfgs
from nst_lbfgs.__main__ import leave_out_current_folder
from nst_lbfgs.weights.h5_file import Convolution, write_convolutions
from nst_lbfgs.weights.vgg19 import random_kernels
from tests.support.hostile_folder import imported

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sysconfig.get_path('scripts'), 'nst-lbfgs')
WAYS = {'nst-lbfgs': [str(SCRIPT)], 'python -m nst_lbfgs': [sys.executable, '-m', 'nst_lbfgs']}


def run(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, env=os.environ | environment, capture_output=True, text=True)


@pytest.fixture(params=WAYS)
def command(request, hostile):
    """The command line, in a folder of files that have modules' names."""
    if not SCRIPT.exists():
        pytest.skip('nst-lbfgs is not installed')
    if request.param == 'python -m nst_lbfgs':
        (hostile / 'nst_lbfgs.py').unlink()  # Python itself would run it in our place
    return WAYS[request.param]


def test_the_marks_are_left(hostile):
    """Python's own `-m` does import from the folder."""
    run(sys.executable, '-m', 'json.tool')
    assert imported(hostile) == ['json']


def test_a_command_imports_nothing_from_the_users_folder(hostile, command):
    done = run(*command, 'weights', KERAS_HOME=str(hostile / 'empty'))
    assert (done.returncode, done.stderr, imported(hostile)) == (1, '', [])
    assert 'missing' in done.stdout


def test_the_name_is_the_same_in_every_way(hostile, command):
    assert run(*command, '--version').stdout == f'nst-lbfgs {nst_lbfgs.__version__}\n'
    done = run(*command, 'transfer', '--no-such-option')
    assert done.returncode == 2 and done.stderr.startswith('usage: nst-lbfgs ')


def test_only_the_folder_that_python_itself_put_there_is_left_out(monkeypatch, tmp_path):
    """`-m` puts the current folder first, `-P` does not: then it stands there by PYTHONPATH, on purpose."""
    monkeypatch.chdir(tmp_path)
    for is_safe, left in ((False, ['/lib']), (True, [str(tmp_path), '/lib'])):
        monkeypatch.setattr(sys, 'path', [str(tmp_path), '/lib'])
        monkeypatch.setattr(sys, 'flags', SimpleNamespace(safe_path=is_safe))
        leave_out_current_folder()
        assert sys.path == left


def test_a_folder_that_is_deleted_is_no_traceback(tmp_path, command):
    gone = tmp_path / 'gone'
    program = f'import os; os.mkdir({str(gone)!r}); os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); '
    program += f'os.execv({command[0]!r}, {[*command, "--version"]!r})'
    done = run(sys.executable, '-c', program)
    assert (done.returncode, done.stdout) == (0, f'nst-lbfgs {nst_lbfgs.__version__}\n'), done.stderr


@pytest.mark.slow
def test_a_transfer_imports_nothing_from_the_users_folder(hostile, command):
    """From the check of a file of weights to the picture."""
    layers = (Convolution(name, *arrays) for name, arrays in random_kernels(0).items())
    write_convolutions(hostile / 'w.h5', layers, 'a test')
    pixels = np.random.default_rng(1).integers(0, 256, (36, 36, 3), np.uint8)
    Image.fromarray(pixels).save('base.png')
    options = ['--weights', 'w.h5', '--iter', '1', '--image-height', '36', '--precision', 'float32']
    done = run(*command, 'transfer', 'base.png', 'base.png', 'out', *options)
    assert (done.returncode, imported(hostile)) == (0, []), done.stderr
    assert json.loads((hostile / 'out.json').read_text())['weights']['source'] == 'file'


@pytest.mark.parametrize('arguments', ['transfer base.png base.png out --weights random', 'run old.py'])
def test_a_tensorflow_that_cannot_be_imported_is_one_line_after_what_it_said(folder, arguments):
    (folder / 'lib').mkdir()
    (folder / 'lib/keras.py').touch()
    (folder / 'lib/tensorflow.py').write_text(
        'import os; os.write(2, b"Loading.\\n"); import no_such_library'
    )
    (folder / 'old.py').touch()
    path = os.pathsep.join([str(folder / 'lib'), str(ROOT)])
    done = run(sys.executable, '-m', 'cli', *arguments.split(), PYTHONPATH=path)
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    said, error = done.stderr.splitlines()[-2:]
    assert said == 'Loading.'
    assert error.startswith(
        'nst-lbfgs: error: TensorFlow and Keras cannot be imported: ModuleNotFoundError: '
    )
    assert not list(folder.glob('out*'))


def test_in_a_checkout_that_is_not_installed_one_line_says_what_to_do(tmp_path, monkeypatch):
    shutil.copytree(
        Path(nst_lbfgs.__file__).parent, tmp_path / 'nst_lbfgs', ignore=shutil.ignore_patterns('cli')
    )
    monkeypatch.chdir(tmp_path)
    done = run(sys.executable, '-S', '-m', 'nst_lbfgs', '--version')  # without site-packages
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.startswith('nst-lbfgs: error: Expected ') and done.stderr.count('\n') == 1
    assert 'pip install .' in done.stderr and 'python -m cli' in done.stderr
