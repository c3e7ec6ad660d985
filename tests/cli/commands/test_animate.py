"""`nst-lbfgs animate` through `main`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs.pictures.size import resize
from tests.support.error_lines import error_line

RUN = [
    '--weights',
    'random',
    '--maxfun',
    '1',
    '--content-layer',
    'block2_conv1',
    '--style-layer',
    'block1_conv1',
]


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """A folder with a run of three iterations, 40 pixels high."""
    folder = tmp_path_factory.mktemp('run')
    random = np.random.default_rng(0)
    for name in ('base', 'style'):
        pixels = np.kron(random.integers(0, 256, (10, 12, 3)), np.ones((5, 5, 1))).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f'{name}.png')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        command = ['transfer', 'base.png', 'style.png', 'out/my.run', *RUN, '--image-height', '40']
        assert main([*command, '--iter', '3']) == 0
    return folder


@pytest.fixture(autouse=True)
def folder(made, tmp_path, monkeypatch):
    """A copy of it, whose record still knows the content where it was."""
    shutil.copytree(made / 'out', tmp_path / 'out')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frames(name):
    with Image.open(name) as image:
        for index in range(image.n_frames):
            image.seek(index)
            yield np.asarray(image.convert('RGB'))


def picture(name):
    return np.asarray(Image.open(name).convert('RGB'))


@pytest.mark.parametrize('prefix', ['out/my.run', 'out/my.run.png', 'out/my.run.json'])
def test_content_iterations_and_result_are_the_frames(prefix, made, capsys):
    Image.fromarray(255 - picture('out/my.run.png')).save('out/my.run.png')  # stopped half way, it is another
    assert main(['animate', prefix, 'a.png']) == 0
    assert capsys.readouterr().err == 'a.png: 5 frames, 48 x 40 pixels\n'
    names = [f'out/my.run_at_iteration_{number}.png' for number in range(3)] + ['out/my.run.png']
    expected = [resize(picture(made / 'base.png'), 40, 48), *map(picture, names)]
    np.testing.assert_array_equal(list(frames('a.png')), expected)


def test_a_result_that_is_the_last_iteration_is_shown_once():
    assert main(['animate', 'out/my.run', 'a.png']) == 0
    assert len(list(frames('a.png'))) == 4


def test_iterations_of_a_longer_run_of_that_name_are_left_out():
    shutil.copy('out/my.run_at_iteration_0.png', 'out/my.run_at_iteration_3.png')
    shutil.copy('out/my.run_at_iteration_0.png', 'out/myxrun_at_iteration_1.png')
    assert main(['animate', 'out/my.run', 'a.png']) == 0
    assert len(list(frames('a.png'))) == 4


def test_options_reach_the_file():
    options = ['--longest-side', '24', '--frame-seconds', '0.5', '--first-seconds=0.7', '--last_seconds', '3']
    assert main(['animate', 'out/my.run', 'a.gif', *options, '--plays', '1']) == 0
    with Image.open('a.gif') as image:
        assert image.size == (24, 20) and 'loop' not in image.info
        durations = []
        for index in range(image.n_frames):
            image.seek(index)
            durations.append(image.info['duration'])
    assert durations == [700, 500, 500, 3000]


def test_a_content_that_is_gone_or_another_is_left_out(made, capsys):
    base, kept = made / 'base.png', made / 'kept.png'
    base.rename(kept)
    try:
        assert main(['animate', 'out/my.run', 'gone.png']) == 0
        assert 'The animation begins with the first iteration' in capsys.readouterr().err
        Image.new('RGB', (60, 50)).save(base)
        assert main(['animate', 'out/my.run', 'other.png']) == 0
        assert 'base.png has changed since the run' in capsys.readouterr().err
    finally:
        kept.replace(base)
    assert len(list(frames('gone.png'))) == len(list(frames('other.png'))) == 3


@pytest.mark.parametrize(
    ('arguments', 'code', 'message'),
    [
        (['out/my.run', 'a.avi'], 2, 'ends in .apng, .gif'),
        (['out/my.run', 'a.gif', '--plays=-1'], 2, 'Expected plays'),
        (['out/my.run', 'a.gif', '--frame-seconds', '0'], 2, 'Expected frame_seconds'),
        (['out/my.run', 'a.gif', '--longest-side', '0'], 2, 'Expected longest_side'),
        (['out/my.run', 'a.gif', '--max-pixels', '100'], 1, '--max-pixels raises that'),
        (['out/nobody', 'a.gif'], 1, 'Cannot read the record out/nobody.json: No such file'),
        (['out/my.run', 'nowhere/a.gif'], 1, 'there is no folder'),
        (['out/my.run', 'out/my.run.png'], 1, 'exists already'),
        (['nu\0ll', 'a.gif'], 1, 'Cannot read the record'),
    ],
)
def test_bad_usage_leaves_nothing(arguments, code, message, capsys):
    before = sorted(Path().rglob('*'))
    assert main(['animate', *arguments]) == code
    assert message in error_line(capsys)
    assert sorted(Path().rglob('*')) == before


def test_a_run_that_saved_no_iterations_is_named(capsys):
    for path in Path('out').glob('*_at_iteration_*'):
        path.unlink()
    assert main(['animate', 'out/my.run', 'a.gif']) == 2
    assert 'Expected pictures of iterations beside out/my.run.json' in error_line(capsys)


def test_a_damaged_iteration_is_named(capsys):
    Path('out/my.run_at_iteration_1.png').write_bytes(b'\x89PNG\r\n\x1a\n')
    assert main(['animate', 'out/my.run', 'a.gif']) == 1
    assert 'my.run_at_iteration_1.png' in error_line(capsys)
    assert not Path('a.gif').exists()
