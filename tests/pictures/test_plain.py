"""Colours in place of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.errors import ConfigError, ImageReadError
from nst_lbfgs.pictures import plain
from nst_lbfgs.pictures.plain import path_in_record, read_all
from nst_lbfgs.pictures.reading import read_picture


@pytest.fixture
def photo(tmp_path, monkeypatch, town):
    """A picture (40, 48, 3) in the working directory."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(town).save('photo.png')
    return Path('photo.png')


@pytest.mark.parametrize('name, value', [('white', 255), ('blank', 255), ('black', 0)])
def test_a_colour_takes_the_size_of_the_other_picture(name, value, photo, town):
    content, (style,) = read_all(photo, [Path(name)])
    np.testing.assert_array_equal(content.pixels, town)
    np.testing.assert_array_equal(style.pixels, np.full_like(town, value))
    content, (style,) = read_all(Path(name), [photo])
    np.testing.assert_array_equal(style.pixels, town)
    np.testing.assert_array_equal(content.pixels, np.full_like(town, value))


def test_two_colours_have_no_size():
    with pytest.raises(ConfigError, match='Received: white, black'):
        read_all(Path('white'), [Path('black')])


def test_a_colour_among_several_styles_has_the_size_of_the_content(photo, town):
    Image.fromarray(town[:36, :40]).save('other.png')
    _, styles = read_all(photo, [Path('other.png'), Path('white')])
    assert [style.pixels.shape for style in styles] == [(36, 40, 3), (40, 48, 3)]
    content, _ = read_all(Path('white'), [Path('black'), Path('other.png')])
    assert content.pixels.shape == (36, 40, 3)


def test_a_file_is_read_once_however_often_it_is_named(photo, monkeypatch):
    read = []
    monkeypatch.setattr(plain, 'read_picture', lambda path, **_: read.append(path) or read_picture(path))
    content, styles = read_all(photo, [photo, photo])
    assert read == [photo] and styles == [content, content]


def test_a_file_of_that_name_wins(photo, town):
    Image.fromarray(255 - town).save('white', 'PNG')
    np.testing.assert_array_equal(read_all(photo, [Path('white')])[1][0].pixels, 255 - town)
    assert path_in_record(Path('white')) == str(Path.cwd() / 'white')


def test_a_folder_of_that_name_is_not_taken_for_a_colour(photo):
    Path('black').mkdir()
    with pytest.raises(ImageReadError, match='directory'):
        read_all(photo, [Path('black')])


def test_only_the_bare_name_is_a_colour(photo):
    with pytest.raises(ImageReadError, match='No such file'):
        read_all(photo, [Path('folder/white')])


def test_a_record_names_colours_by_name_and_pictures_by_their_whole_path(photo):
    assert path_in_record(Path('black')) == 'black'
    assert path_in_record(photo) == str(Path.cwd() / 'photo.png')


def test_digests_tell_colours_apart(photo):
    digests = {read_all(photo, [Path(name)])[1][0].sha256 for name in ('white', 'black')}
    assert len(digests) == 2
