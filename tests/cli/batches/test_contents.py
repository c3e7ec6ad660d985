"""The pictures that files, folders and patterns name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.batches.contents import pictures_of
from nst_lbfgs.errors import ConfigError, ImageReadError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A working directory with pictures in folders, some of which do not count."""
    monkeypatch.chdir(tmp_path)
    for name in ('a/2.png', 'a/10.png', 'a/note.txt', 'a/b/3.jpg', 'a/.hidden/4.png', 'a/out/5.png', '6.png'):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def found(*given, recursive=False):
    """The pictures as (path, folder)."""
    pictures = pictures_of(given, recursive=recursive, leave_out=Path('a/out'))
    return [(picture.path.as_posix(), picture.folder) for picture in pictures]


@pytest.mark.parametrize(
    'given, recursive, expected',
    [
        (['6.png'], False, [('6.png', '')]),
        (['a'], False, [('a/2.png', ''), ('a/10.png', '')]),
        (['a'], True, [('a/2.png', ''), ('a/10.png', ''), ('a/b/3.jpg', 'b')]),
        (['a/*.png'], False, [('a/2.png', ''), ('a/10.png', '')]),
        (['6.png', 'a/b'], False, [('6.png', ''), ('a/b/3.jpg', '')]),
        (['missing.png'], False, [('missing.png', '')]),
        (['white'], False, [('white', '')]),
    ],
)
def test_what_is_named(given, recursive, expected, tree):
    assert found(*given, recursive=recursive) == expected


@pytest.mark.parametrize(
    'given, error, message',
    [
        ([], ConfigError, 'Expected CONTENT'),
        (['a/out'], ConfigError, 'Expected --out: another folder'),
        (['*.webp'], ImageReadError, 'No file matches'),
        (['a/.hidden/nothing'], None, ''),
    ],
)
def test_what_cannot_be_taken(given, error, message, tree):
    if error is None:
        assert found(*given) == [(given[0], '')]
        return
    with pytest.raises(error, match=message):
        found(*given)


def test_a_folder_without_pictures(tree):
    (tree / 'empty').mkdir()
    for recursive in (False, True):
        with pytest.raises(ImageReadError, match='without pictures'):
            found('empty', recursive=recursive)


def test_a_file_whose_name_is_a_pattern(tree):
    (tree / '[1].png').touch()
    assert found('[1].png') == [('[1].png', '')]
