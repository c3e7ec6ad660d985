"""Keras's own weights: the digest, the server that may not be there, and the download."""

from __future__ import annotations

import hashlib
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights import keras_download

CONTENT = bytes(range(256)) * 1000


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Keep the environment's proxy out of talk with this machine."""
    monkeypatch.setenv('no_proxy', '*')


@pytest.fixture
def server():
    """A server on this machine that has CONTENT at every address but /missing."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(404 if self.path == '/missing' else 200)
            self.send_header('Content-Length', str(len(CONTENT)))
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(CONTENT)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{running.server_port}'
        running.shutdown()


@pytest.fixture
def known_content(monkeypatch):
    """Take CONTENT for Keras's file."""
    monkeypatch.setattr(keras_download, 'MD5', hashlib.md5(CONTENT).hexdigest())


def test_a_file_is_known_by_its_digest(tmp_path, known_content):
    """The right bytes have no fault; truncated, empty and unreadable files have one."""
    path = tmp_path / 'w.h5'
    path.write_bytes(CONTENT)
    assert keras_download.fault_of(path) is None
    path.write_bytes(CONTENT[:-1])
    assert 'its md5 is' in keras_download.fault_of(path)
    path.write_bytes(b'')
    assert 'its md5 is' in keras_download.fault_of(path)
    assert 'cannot be read' in keras_download.fault_of(tmp_path)


def test_a_server_that_answers_is_reachable(server):
    """An answer with success means that the download can start."""
    assert keras_download.why_unreachable(f'{server}/w.h5') is None


def test_a_server_without_the_file_is_of_no_use(server):
    """An answer that the file is not there is a reason."""
    assert '404' in keras_download.why_unreachable(f'{server}/missing')


def test_a_refused_connection_is_a_reason():
    """Nobody listens: the reason is the system's."""
    with socket.socket() as unused:
        unused.bind(('127.0.0.1', 0))
        port = unused.getsockname()[1]
        assert 'refused' in keras_download.why_unreachable(f'http://127.0.0.1:{port}/w.h5')


def test_a_silent_server_is_given_up(monkeypatch):
    """A server that accepts and never answers is given up after the time limit."""
    monkeypatch.setattr(keras_download, 'PROBE_SECONDS', 0.1)
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen()
        url = f'http://127.0.0.1:{silent.getsockname()[1]}/w.h5'
        assert 'timed out' in keras_download.why_unreachable(url)


def test_a_look_up_without_end_is_given_up(monkeypatch):
    """The time limit holds for the look-up of the name as well, which no socket limits."""
    monkeypatch.setattr(keras_download, 'PROBE_SECONDS', 0.1)
    released = threading.Event()
    monkeypatch.setattr(socket, 'getaddrinfo', lambda *arguments, **options: released.wait())
    try:
        assert 'no answer' in keras_download.why_unreachable('http://host.invalid/w.h5')
    finally:
        released.set()


def test_an_unreachable_server_costs_no_keras(tmp_path, monkeypatch):
    """Without an answer the download ends before Keras is imported, and leaves nothing."""
    monkeypatch.setattr(keras_download, 'URL', 'http://127.0.0.1:9/w.h5')
    monkeypatch.setitem(sys.modules, 'keras', None)
    with pytest.raises(WeightsError, match="Keras's server cannot be reached"):
        keras_download.fetch(tmp_path / 'w.h5', print)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_downloads_over_a_broken_file(tmp_path, monkeypatch, server, known_content, capsys):
    """Keras's own download replaces a truncated file, and nothing is printed."""
    monkeypatch.setattr(keras_download, 'URL', f'{server}/w.h5')
    path = tmp_path / 'w.h5'
    path.write_bytes(CONTENT[:1000])
    lines: list[str] = []
    keras_download.fetch(path, lines.append)
    assert path.read_bytes() == CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ['w.h5']
    assert len(lines) == 1 and 'Downloading' in lines[0]
    assert capsys.readouterr().out == ''
    assert socket.getdefaulttimeout() is None


@pytest.mark.slow
def test_a_download_of_other_bytes_leaves_what_was_there(tmp_path, monkeypatch, server):
    """Bytes of another digest end in an error, and the folder is as it was."""
    monkeypatch.setattr(keras_download, 'URL', f'{server}/w.h5')
    path = tmp_path / 'w.h5'
    path.write_bytes(b'before')
    with pytest.raises(WeightsError, match='download from .* failed: .*hash'):
        keras_download.fetch(path, lambda line: None)
    assert path.read_bytes() == b'before'
    assert [file.name for file in tmp_path.iterdir()] == ['w.h5']
