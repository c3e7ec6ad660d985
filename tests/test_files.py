"""Opening what may be anything: only an ordinary file is opened, and nothing is waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from nst_lbfgs import files
from nst_lbfgs.files import open_regular

pytestmark = pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no named pipes')


def test_an_ordinary_file_is_opened_by_a_link_too(tmp_path):
    (tmp_path / 'file').write_bytes(b'abc')
    (tmp_path / 'link').symlink_to('file')
    for name in ('file', 'link'):
        with open_regular(tmp_path / name) as file:
            assert file.read() == b'abc'


@pytest.mark.parametrize('linked', [False, True])
def test_a_pipe_is_refused_at_once(tmp_path, linked):
    """Nobody writes to it: who opens it as usual waits for ever."""
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'link').symlink_to('pipe')
    with pytest.raises(OSError, match='it is a pipe. Expected an ordinary file'):
        open_regular(tmp_path / ('link' if linked else 'pipe'))


def test_a_pipe_that_comes_between_looking_and_opening_is_refused_too(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'file').touch()
    before = os.stat(tmp_path / 'file')
    monkeypatch.setattr(files.os, 'stat', lambda path: before)
    with pytest.raises(OSError, match='it is a pipe'):
        open_regular(tmp_path / 'pipe')


def test_a_device_and_a_socket_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind('socket')
        with pytest.raises(OSError, match='it is a socket'):
            open_regular(Path('socket'))
    with pytest.raises(OSError, match='it is a device'):
        open_regular(Path(os.devnull))


def test_a_folder_is_named_as_the_system_names_it(tmp_path):
    with pytest.raises(IsADirectoryError, match='Is a directory'):
        open_regular(tmp_path)


@pytest.mark.parametrize('name', ['a\0b', 'a\ud800b'])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(OSError, match='no file can have such a name'):
        open_regular(Path(name))
