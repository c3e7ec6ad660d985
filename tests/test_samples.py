"""The sample pictures, and the gallery that samples/README.md makes of them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

import nst_lbfgs.quiet
from cli.main import main
from nst_lbfgs.presets import PRESETS

SAMPLES = Path(__file__).parent.parent / 'samples'
GALLERY = SAMPLES / 'gallery'
TEXT = (SAMPLES / 'README.md').read_text(encoding='utf-8')
SECTIONS = re.findall(r'^```sh\n(.*?)^```\n(.*?)(?=^#|\Z)', TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [command for commands, _ in SECTIONS for command in commands.splitlines()]


class Begun(BaseException):
    """All is checked: now TensorFlow would be imported."""


@pytest.fixture
def unstarted(monkeypatch, tmp_path):
    """An empty working directory, and no TensorFlow."""

    def imported(**options):
        raise Begun

    monkeypatch.setattr(nst_lbfgs.quiet, 'import_tensorflow', imported)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize('name', ['town.jpg', 'painting.jpg', 'painted_town.jpg', 'glass.jpg'])
def test_a_sample_picture_is_whole_and_small_enough_to_clone(name: str) -> None:
    """Each is RGB, reads to its end, and stays under 500 kB."""
    with Image.open(SAMPLES / name) as picture:
        picture.load()
        assert picture.mode == 'RGB'
    assert (SAMPLES / name).stat().st_size < 500_000


@pytest.mark.parametrize('command', COMMANDS)
def test_a_command_of_the_gallery_passes_every_check(command, unstarted):
    program, *arguments = shlex.split(command)
    assert program == 'nst-lbfgs'
    with pytest.raises(Begun):
        main([re.sub('^samples/', f'{SAMPLES}/', argument) for argument in arguments])


def test_the_gallery_has_every_preset():
    assert {name for name in PRESETS if f'--preset {name} ' in TEXT} == set(PRESETS)


def test_a_picture_of_the_gallery_stands_below_the_command_that_makes_it():
    for commands, shown in SECTIONS:
        prefixes = re.findall(r' out/(\S+)', commands)
        names = re.findall(r'\]\(gallery/(.+?)\.webp\)', shown)
        made = [[prefix for prefix in prefixes if re.match(rf'{prefix}(_.+)?$', name)] for name in names]
        assert names and all(made) and set(sum(made, [])) == set(prefixes)


def test_the_pictures_of_the_gallery_are_there_and_small():
    linked = re.findall(r'\]\((gallery/.+?)\)', TEXT)
    assert sorted(linked) == sorted(f'gallery/{path.name}' for path in GALLERY.iterdir())
    for path in GALLERY.iterdir():
        with Image.open(path) as picture:
            picture.load()
            assert picture.mode == 'RGB' and max(picture.size) <= 240
        assert path.stat().st_size < 15_000
    assert sum(path.stat().st_size for path in GALLERY.iterdir()) < 500_000


def test_the_readme_shows_four_of_them():
    shown = re.findall(r'\]\((samples/gallery/.+?)\)', (SAMPLES.parent / 'README.md').read_text())
    assert len(shown) == 4 and all((SAMPLES.parent / path).is_file() for path in shown)
