"""A folder means its pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from nst_lbfgs.errors import ImageReadError
from nst_lbfgs.pictures.folder import pictures_in


def test_its_pictures_in_the_order_of_their_names(tmp_path):
    for name in ('b.JPG', 'a.png', 'c.webp', '.hidden.png', 'notes.txt', 'no_extension'):
        (tmp_path / name).touch()
    (tmp_path / 'folder.png').mkdir()
    assert [path.name for path in pictures_in(tmp_path)] == ['a.png', 'b.JPG', 'c.webp']


def test_one_without_pictures_is_refused(tmp_path):
    (tmp_path / 'notes.txt').touch()
    with pytest.raises(ImageReadError, match='without pictures. Expected one at least'):
        pictures_in(tmp_path)


def test_a_missing_one_is_named():
    with pytest.raises(ImageReadError, match='Cannot read the folder nowhere'):
        pictures_in(Path('nowhere'))
