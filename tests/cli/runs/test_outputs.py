"""How a prefix names the results: a beginning of names, a picture's whole name, or a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from cli.main import main
from cli.runs.outputs import Outputs, named_after
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.run_config import RunConfig

from ...support.error_lines import error_line

RUN = [
    *['--weights', 'random', '--iter', '1', '--maxfun', '1', '--save-every', '0', '--image-height', '36'],
    *['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1'],
]
RESULTS = ['base_style.checkpoint', 'base_style.html', 'base_style.json', 'base_style.png']

pytestmark = pytest.mark.usefixtures('folder')


@pytest.mark.parametrize(
    'prefix, picture',
    [
        ('out/p6', 'out/p6.png'),
        ('out/p6.', 'out/p6.png'),
        ('out/p6..', 'out/p6.png'),
        ('out/p6.JPG', 'out/p6.JPG'),
        ('out/p6.jpg.', 'out/p6.jpg'),
        ('out/v1.5', 'out/v1.5.png'),
        ('out/', 'out/town_painting.png'),
        ('out/.', 'out/town_painting.png'),
        ('there', 'there/town_painting.png'),
        ('there/', 'there/town_painting.png'),
        ('there/in', 'there/in.png'),
        ('there.', 'there.png'),
        ('.', 'town_painting.png'),
        ('..', '../town_painting.png'),
    ],
)
def test_a_prefix_names_the_picture(prefix, picture):
    os.mkdir('there')
    name = named_after(Path('pictures/town.jpg'), [Path('painting.jpg')])
    assert Outputs.of(prefix, RunConfig(), name).picture == Path(picture)


@pytest.mark.parametrize('prefix', ['', '...', 'out/...'])
def test_a_prefix_that_is_no_name(prefix):
    with pytest.raises(ConfigError, match='Expected PREFIX: how the names of the results begin'):
        Outputs.of(prefix, RunConfig(), 'town_painting')


def test_a_transfer_into_a_folder_is_resumed_and_repeated_there(capsys):
    """The folder is spelt the same each time, and a picture's metadata do not have its name."""
    assert main(['transfer', 'base.png', 'style.png', 'out/', *RUN]) == 0
    assert sorted(os.listdir('out')) == RESULTS and not Path('out.png').exists()
    assert (
        Image.open('out/base_style.png')
        .text['nst-lbfgs command']
        .startswith('nst-lbfgs transfer base.png style.png PREFIX --weights')
    )
    assert main(['transfer', '--resume', 'out/', '--iter', '2']) == 0
    assert main(['transfer', '--from', 'out/base_style.json', 'again/']) == 0
    assert sorted(os.listdir('again')) == RESULTS
    assert main(['transfer', '--from', 'out/base_style.json', 'out/other']) == 0
    capsys.readouterr()
    assert main(['transfer', '--resume', 'out']) == 2
    assert 'where there are base_style.checkpoint, other.checkpoint' in error_line(capsys)


def test_a_run_from_a_record_alone_has_the_place_and_the_format_of_that_run(capsys):
    """Also if a folder has got the name of the prefix meanwhile."""
    assert main(['transfer', 'base.png', 'style.png', 'out.jpg', *RUN, '--no-metadata']) == 0
    before = Path('out.jpg').read_bytes()
    os.mkdir('out')
    assert main(['transfer', '--from', 'out.json']) == 1
    assert 'out.jpg exists already' in error_line(capsys)
    assert main(['transfer', '--from', 'out.json', '--force', '--no-metadata']) == 0
    assert Path('out.jpg').read_bytes() == before
    assert os.listdir('out') == [] and not Path('out.png').exists()


def test_a_run_from_a_record_writes_here_and_where_the_record_says_only_if_asked(capsys, monkeypatch, folder):
    """A record may be somebody else's, and name any place."""
    assert main(['transfer', 'base.png', 'style.png', 'theirs/out', *RUN]) == 0
    os.rename('theirs', 'not theirs')
    (folder / 'here').mkdir()
    monkeypatch.chdir(folder / 'here')
    record = folder / 'not theirs/out.json'
    capsys.readouterr()
    assert main(['transfer', '--from', str(record)]) == 0
    assert f'{record} is repeated: out.png, out.json, out.checkpoint\n' in capsys.readouterr().err
    assert sorted(os.listdir()) == ['out.checkpoint', 'out.html', 'out.json', 'out.png']
    assert not (folder / 'theirs').exists()
    assert main(['transfer', '--from', str(record), '--in-place']) == 0
    assert f'is repeated: {folder}/theirs/out.png, ' in capsys.readouterr().err
    assert (folder / 'theirs/out.png').exists()


@pytest.mark.parametrize(
    'arguments',
    [['base.png', 'style.png', 'out'], ['--resume', 'out'], ['--from', 'out.json', 'again']],
    ids=' '.join,
)
def test_in_place_is_for_a_record_alone(arguments, capsys):
    assert main(['transfer', *arguments, '--in-place']) == 2
    assert 'Expected --in-place together with --from, and without PREFIX' in error_line(capsys)


def test_a_folder_without_a_checkpoint(capsys):
    os.mkdir('out')
    Path('out/.0123456789abcdef.checkpoint').touch()  # from a writer that was killed
    assert main(['transfer', '--resume', 'out/']) == 1
    assert 'There is no checkpoint in out to go on from' in error_line(capsys)


def test_a_reconstruction_into_a_folder():
    options = ['--layer', 'block1_conv1', *RUN[:6], '--image-height', '36']
    assert main(['reconstruct', 'style', 'base.png', 'out/', *options]) == 0
    assert sorted(os.listdir('out')) == ['base_style.html', 'base_style.json', 'base_style.png']
