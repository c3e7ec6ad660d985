"""What a child process imports from."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import nst_lbfgs
from nst_lbfgs.child_process import python_command

REPORT = 'import json, sys, nst_lbfgs; print(json.dumps([__name__, sys.argv, sys.path, nst_lbfgs.__file__]))'


@pytest.fixture
def added(tmp_path, monkeypatch):
    """A folder on PYTHONPATH with the module `report`, and a package that has our name."""
    folder = tmp_path / 'added'
    (folder / 'nst_lbfgs').mkdir(parents=True)
    (folder / 'nst_lbfgs/__init__.py').touch()
    (folder / 'report.py').write_text(REPORT)
    monkeypatch.setenv('PYTHONPATH', str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def report(*command, **environment):
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, check=True, encoding='utf-8'
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize('environment', [{}, {'PYTHONSAFEPATH': '1'}])
def test_the_import_path_is_pythons_own_without_the_current_folder(added, environment, monkeypatch):
    """PYTHONPATH counts, what this process added does not: `nst-lbfgs run` adds the script's folder."""
    monkeypatch.syspath_prepend(added.parent / 'of-a-script')
    name, argv, path, _ = report(*python_command('report', '-x', 'ä'), **environment)
    assert name == '__main__'
    assert argv == [str(added / 'report.py'), '-x', 'ä']
    assert path == [entry for entry in report(sys.executable, '-m', 'report')[2] if entry != os.getcwd()]


def test_the_package_is_this_copy_whichever_else_there_is(added):
    assert report(sys.executable, '-m', 'report')[3] == str(added / 'nst_lbfgs/__init__.py')
    assert report(*python_command('report'))[3] == nst_lbfgs.__file__


def test_a_python_that_heeds_no_environment_has_children_that_heed_none(added):
    program = 'from nst_lbfgs.child_process import python_command; print(python_command("report"))'
    root = os.path.dirname(os.path.dirname(nst_lbfgs.__file__))
    program = f'import sys; sys.path.insert(0, {root!r}); {program}'
    done = subprocess.run([sys.executable, '-I', '-c', program], capture_output=True, text=True, check=True)
    assert f"[{sys.executable!r}, '-E', '-s', " in done.stdout
