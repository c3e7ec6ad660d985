"""Fixtures that several test files use."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault('KERAS_BACKEND', 'tensorflow')
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('TF_ENABLE_ONEDNN_OPTS', '1')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from PIL import Image  # noqa: E402

from tests.support import hostile_folder  # noqa: E402


def pytest_addoption(parser) -> None:
    parser.addoption(
        '--rounds', type=int, default=1, help='how many times the usual number of kills, signals and races'
    )


@pytest.fixture
def rounds(request) -> int:
    """How many times the usual number of what is left to chance."""
    return request.config.getoption('--rounds')


@pytest.fixture(scope='session', autouse=True)
def temporary_files_are_the_tests(tmp_path_factory):
    """What a run rescues from a full disk goes to pytest's folder, which pytest clears, and not to /tmp."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp('temporary'))
        patch.setenv('TMPDIR', folder)
        patch.setattr(tempfile, 'tempdir', folder)
        yield


@pytest.fixture(autouse=True)
def one_machine(monkeypatch) -> None:
    """Tests mean the same on every machine: bfloat16 is no faster there, and there is AVX-512."""
    from nst_lbfgs.machine import memory_model, precision

    monkeypatch.setattr(memory_model, 'lacks_avx512', lambda: False)
    monkeypatch.setattr(
        precision, 'choose_precision', lambda: precision.PrecisionChoice('float32', 'in tests')
    )


@pytest.fixture
def town() -> np.ndarray:
    """A content picture (40, 48, 3): a bright sky over dark blocks."""
    picture = np.empty((40, 48, 3), np.uint8)
    picture[:20] = (150, 190, 230)
    picture[20:] = (90, 70, 50)
    picture[12:30, 8:16] = (160, 60, 40)
    picture[16:34, 28:40] = (220, 200, 120)
    return picture


@pytest.fixture
def stripes() -> np.ndarray:
    """A style picture (40, 48, 3): diagonal stripes of three colours."""
    rows, columns = np.mgrid[:40, :48]
    palette = np.array([(20, 30, 120), (240, 200, 40), (200, 60, 20)], np.uint8)
    return palette[(rows + columns) // 4 % 3]


@pytest.fixture
def folder(tmp_path, monkeypatch, town, stripes):
    """A working directory with base.png (48 x 40) and style.png."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(town).save('base.png')
    Image.fromarray(stripes).save('style.png')
    return tmp_path


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """A working directory whose files have modules' names and leave a mark when they are imported."""
    folder = tmp_path / 'hostile'
    folder.mkdir()
    hostile_folder.fill(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv('PYTHONPATH', raising=False)
    return folder
