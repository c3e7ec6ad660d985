"""`nst-lbfgs weights` and `nst-lbfgs weights fetch` through `main`."""

from __future__ import annotations

import pytest

from cli.main import main
from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights import sources
from nst_lbfgs.weights.sources import Source


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache with one source, whose file is whole if it reads 'good'."""

    def fetch(path, report):
        report('fetching')
        path.write_text('good')

    def fault_of(path):
        return None if path.read_text() == 'good' else 'it does not read good'

    monkeypatch.setenv('KERAS_HOME', str(tmp_path))
    monkeypatch.setattr(sources, 'SOURCES', (Source('one', 'weights of one', 'one.h5', fault_of, fetch),))
    (tmp_path / 'models').mkdir()
    return tmp_path / 'models'


def test_an_empty_cache_exits_with_1(cache, capsys):
    """Where nothing is there, the place is shown, and the command that fetches."""
    assert main(['weights']) == 1
    out = capsys.readouterr().out
    assert 'missing' in out and str(cache / 'one.h5') in out and 'weights fetch' in out


def test_a_broken_file_is_shown_with_its_fault(cache, capsys):
    """What is wrong with a file is shown, and it does not count."""
    (cache / 'one.h5').write_text('go')
    assert main(['weights']) == 1
    out = capsys.readouterr().out
    assert 'broken' in out and 'it does not read good' in out


def test_fetch_then_show(cache, capsys):
    """After `fetch`, which reports on stderr, the file is there, whole, and in use."""
    assert main(['weights', 'fetch']) == 0
    fetched = capsys.readouterr()
    assert fetched.err == 'fetching\n' and 'weights of one' in fetched.out
    assert main(['weights']) == 0
    out = capsys.readouterr().out
    assert 'whole' in out and 'weights of one' in out and 'In use: one' in out


def test_fetch_again_downloads_nothing(cache, capsys):
    """What is there and whole is not fetched again."""
    (cache / 'one.h5').write_text('good')
    assert main(['weights', 'fetch']) == 0
    assert capsys.readouterr().err == ''


def test_a_failed_fetch_is_one_line_and_1(cache, capsys, monkeypatch):
    """When nothing can be had, one line on stderr and exit code 1."""

    def fail(path, report):
        raise WeightsError('no server')

    monkeypatch.setattr(
        sources, 'SOURCES', (Source('one', 'weights of one', 'one.h5', lambda path: None, fail),)
    )
    assert main(['weights', 'fetch']) == 1
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.count('\n') == 1 and 'one: no server' in captured.err


@pytest.mark.parametrize(
    'arguments, code',
    [
        (['weights', '--help'], 0),
        (['weights', 'fetch', '--help'], 0),
        (['weights', 'fetsch'], 2),
        (['weights', '--nothing'], 2),
    ],
)
def test_help_and_bad_usage(arguments, code, capsys):
    """Help exits with 0, bad usage with 2."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code
    captured = capsys.readouterr()
    assert 'usage: nst-lbfgs' in captured.out + captured.err
