"""Imports without looking for garbage, and without packages that are there."""

from __future__ import annotations

import gc
import importlib
import subprocess
import sys

import pytest

from nst_lbfgs.machine.large_imports import imported_for_good, without


@pytest.fixture
def unfrozen():
    """No object is exempt from collection for longer than the test."""
    yield
    gc.unfreeze()


@pytest.mark.parametrize('collects', [True, False])
def test_no_garbage_is_looked_for_within_the_block(collects, unfrozen):
    (gc.enable if collects else gc.disable)()
    try:
        with pytest.raises(ImportError), imported_for_good():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() == collects
        assert gc.get_freeze_count()
    finally:
        gc.enable()


def test_a_package_is_not_found_within_the_block(tmp_path, monkeypatch):
    (tmp_path / 'optional_package.py').touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError), without(['optional_package']):
        importlib.import_module('optional_package')
    assert importlib.import_module('optional_package')
    with without(['optional_package']):  # it is imported already
        assert importlib.import_module('optional_package')
    assert 'optional_package' in sys.modules
    del sys.modules['optional_package']


def test_a_command_imports_tensorflow_so():
    """Keras imports matplotlib, if it finds it."""
    program = (
        'import gc, sys\n'
        'from nst_lbfgs import TransferConfig\n'
        'from cli.runs.starting import start_tensorflow\n'
        'start_tensorflow(False, TransferConfig())\n'
        "print('tensorflow' in sys.modules, 'matplotlib' in sys.modules)\n"
        'print(gc.isenabled(), gc.get_freeze_count() > 100_000)\n'
        'import matplotlib\n'
    )
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ('True False\nTrue True\n', '')
