"""What is packed: every package and module, the tests, and a description that an index can show."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {'nst_lbfgs': 'nst_lbfgs', 'cli': 'nst_lbfgs.cli'}
PROJECT = ('setup.cfg', 'pyproject.toml', 'MANIFEST.in', 'README.md', 'LICENSE', 'samples', 'tests', *FOLDERS)


def modules() -> dict[str, Path]:
    """Return every module by the name that it is installed under."""
    return {
        '.'.join([package, *path.relative_to(ROOT / folder).with_suffix('').parts]): path
        for folder, package in FOLDERS.items()
        for path in (ROOT / folder).rglob('*.py')
    }


@pytest.fixture(scope='module')
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, for setuptools leaves folders behind."""
    if importlib.util.find_spec('setuptools') is None:
        pytest.skip('setuptools, which builds the packages, is not installed')
    copy = tmp_path_factory.mktemp('project')
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(ROOT / name, copy)
    return copy


def build(project: Path, what: str) -> Path:
    """Build a 'wheel' or an 'sdist' as pip does, without a network."""
    program = f"from setuptools import build_meta; print(build_meta.build_{what}('dist'))"
    done = subprocess.run([sys.executable, '-c', program], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return project / 'dist' / done.stdout.splitlines()[-1]


@pytest.fixture(scope='module')
def sdist(project: Path) -> tarfile.TarFile:
    with tarfile.open(build(project, 'sdist')) as archive:
        yield archive


@pytest.fixture(scope='module')
def wheel(project: Path) -> zipfile.ZipFile:
    version = metadata.version('setuptools').split('.')[:2]  # not imported: it changes what runs after it
    if [int(part) for part in version] < [70, 1] and importlib.util.find_spec('wheel') is None:
        pytest.skip('wheel, which setuptools needs before 70.1, is not installed')
    with zipfile.ZipFile(build(project, 'wheel')) as archive:
        yield archive


def test_the_list_of_packages_is_that_of_the_folders():
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    listed = setup['options']['packages'].split()
    assert listed == sorted({name.rpartition('.')[0] for name in modules()})
    assert {f'{name}.__init__' for name in listed} <= set(modules())


def test_the_source_distribution_has_what_the_tests_need(sdist):
    names = {name.partition('/')[2] for name in sdist.getnames()}
    needed = {path for name in PROJECT for path in [ROOT / name, *(ROOT / name).rglob('*')] if path.is_file()}
    needed = {path.relative_to(ROOT).as_posix() for path in needed if path.suffix != '.pyc'}
    assert {'tests/cli/test_start.py', 'samples/town.jpg', 'nst_lbfgs/py.typed'} < needed
    assert needed <= names
    assert not [name for name in names if name.endswith('.pyc')]


def test_the_description_is_whole_without_the_projects_files(wheel):
    """On an index there are no files beside it: no picture, and no link, to a path."""
    (content,) = (wheel.read(name) for name in wheel.namelist() if name.endswith('.dist-info/METADATA'))
    fields = message_from_bytes(content)
    assert fields['Author'] and fields.get_all('Project-URL')
    assert fields['Description-Content-Type'] == 'text/markdown'
    assert 'nst-lbfgs transfer' in fields.get_payload()
    assert not re.search(r'\]\((?!https://)|<img', fields.get_payload())


IMPORT_ALL = """
import importlib, sys
target, *names = sys.argv[1:]
for name in names:
    file = importlib.import_module(name).__file__
    assert file.startswith(target), file
"""


@pytest.mark.slow
def test_every_module_can_be_imported_from_the_wheel(wheel, tmp_path):
    wheel.extractall(tmp_path / 'site')
    (tmp_path / 'elsewhere').mkdir()
    names = sorted(set(modules()) - {'nst_lbfgs.cli.__main__'})  # which is a command
    done = subprocess.run(
        [sys.executable, '-c', IMPORT_ALL, str(tmp_path / 'site'), *names],
        cwd=tmp_path / 'elsewhere',
        env=os.environ | {'PYTHONPATH': str(tmp_path / 'site')},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
