"""Versions of packages, whoever packaged them."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

import nst_lbfgs
from nst_lbfgs.machine.versions import version_of
from nst_lbfgs.records.record import versions


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder for packages, the only one that metadata are looked up in."""
    path = [str(tmp_path)]
    found = metadata.MetadataPathFinder.find_distributions
    monkeypatch.setattr(
        metadata.MetadataPathFinder,
        'find_distributions',
        lambda context: found(metadata.DistributionFinder.Context(**vars(context) | {'path': path})),
    )
    monkeypatch.delitem(sys.modules, 'tensorflow', raising=False)
    return tmp_path


def install(folder: Path, name: str) -> None:
    info = folder / f'{name.replace("-", "_")}-2.18.0.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: 2.18.0\n')
    (info / 'top_level.txt').write_text('tensorflow\n')


def test_the_distribution_of_the_same_name_says_it(site):
    install(site, 'tensorflow')
    assert version_of('tensorflow') == '2.18.0'


@pytest.mark.parametrize('name', ['tensorflow-cpu', 'tensorflow-macos', 'acme-tensorflow'])
def test_another_distribution_of_the_module_says_it(site, name):
    install(site, name)
    assert version_of('tensorflow') == '2.18.0'
    assert versions()['tensorflow'] == '2.18.0'


@pytest.mark.filterwarnings('ignore::DeprecationWarning:importlib')
def test_without_metadata_the_imported_module_says_it(site, monkeypatch):
    assert version_of('tensorflow') == 'unknown'
    (site / 'tensorflow-2.18.0.dist-info').mkdir()
    assert version_of('tensorflow') == 'unknown'
    monkeypatch.setitem(sys.modules, 'tensorflow', SimpleNamespace(__version__='2.19.0'))
    assert version_of('tensorflow') == versions()['tensorflow'] == '2.19.0'


def test_of_what_is_installed_here_every_version_is_known():
    assert 'unknown' not in versions().values()


def test_tensorflow_is_not_imported():
    program = (
        'import sys; from nst_lbfgs.records.record import versions; versions(); '
        'sys.exit("tensorflow" in sys.modules)'
    )
    subprocess.run([sys.executable, '-c', program], cwd=Path(nst_lbfgs.__file__).parents[1], check=True)
