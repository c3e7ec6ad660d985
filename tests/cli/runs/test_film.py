"""`transfer --animation`: a run that leaves its iterations as a moving picture too, through main(argv)."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

import nst_lbfgs.quiet
from cli.main import main
from cli.runs import film
from nst_lbfgs.pictures.animation import FORMATS
from nst_lbfgs.run_config import ANIMATION_NAMES

from ...support.error_lines import error_line
from ...support.settings import QUICK

FAST = [*QUICK, '--image-height', '36', '--iter', '3']

pytestmark = pytest.mark.usefixtures('folder')


def transfer(*options, prefix='out'):
    return main(['transfer', 'base.png', 'style.png', prefix, *FAST, *options])


def exit_code(*options):
    """Return the exit code of a transfer, argparse's own too."""
    try:
        return transfer(*options)
    except SystemExit as exit_:
        return exit_.code


def frames_in(name):
    with Image.open(name) as image:
        return image.n_frames


@pytest.mark.parametrize('given, name', [([], 'out.gif'), (['webp'], 'out.webp'), (['apng'], 'out.apng')])
def test_a_run_leaves_what_animate_makes_of_it(given, name, capsys):
    assert transfer('--animation', *given) == 0
    assert f'{name}: 4 frames, 43 x 36 pixels' in capsys.readouterr().err
    other = Path(f'other{Path(name).suffix}')
    assert main(['animate', 'out', str(other)]) == 0
    assert Path(name).read_bytes() == other.read_bytes()
    assert (
        json.loads(Path('out.json').read_text())['config']['pictures']['animation'] == Path(name).suffix[1:]
    )


def test_every_format_is_one_that_can_be_written():
    assert {f'.{name}' for name in ANIMATION_NAMES} == set(FORMATS) - {'.png'}


def test_a_repeated_run_leaves_its_own():
    assert transfer('--animation', prefix='first') == 0
    assert main(['transfer', '--from', 'first.json', 'again']) == 0
    assert Path('again.gif').read_bytes() == Path('first.gif').read_bytes()
    assert main(['transfer', '--from', 'first.json', 'without', '--animation', 'none']) == 0
    assert not os.path.exists('without.gif')


def test_a_resumed_run_leaves_the_whole_film():
    assert transfer('--animation') == 0
    assert main(['transfer', '--resume', 'out', '--iter', '5']) == 0
    assert frames_in('out.gif') == 6


def test_a_resumed_run_replaces_no_file_that_it_was_not_to_leave(unstarted, capsys):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nst_lbfgs.quiet, 'import_tensorflow', lambda **options: None)
        assert transfer() == 0
    Path('out.gif').write_text('mine')
    capsys.readouterr()
    assert main(['transfer', '--resume', 'out', '--iter', '5', '--animation']) == 1
    assert 'out.gif exists already, and the run was to leave none' in error_line(capsys)
    assert Path('out.gif').read_text() == 'mine'


def test_a_run_that_did_not_save_its_first_iterations_is_animated_from_then_on():
    assert transfer('--save-every', '0') == 0
    assert main(['transfer', '--resume', 'out', '--iter', '5', '--save-every', '1', '--animation']) == 0
    assert frames_in('out.gif') == 3


@pytest.mark.parametrize(
    'options, code, message',
    [
        (['--animation', 'avi'], 2, 'Expected gif, webp, apng, mp4 or none'),
        (['--animation', 'other/film.gif'], 2, '`nst-lbfgs animate` writes one elsewhere'),
        (
            ['--animation', '--save-every', '0'],
            2,
            'Expected save_every: 1 or more, for an animation. Received: 0',
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_at_once(options, code, message, unstarted, capsys):
    assert exit_code(*options) == code
    assert message in error_line(capsys)
    assert sorted(os.listdir()) == ['base.png', 'style.png']


def test_a_path_that_the_option_took_is_named(unstarted, capsys):
    with pytest.raises(SystemExit):
        main(['transfer', 'base.png', 'style.png', '--animation', 'out'])
    assert "paths go before the option. Received: 'out'" in error_line(capsys)


def test_what_is_in_the_way_is_found_before_the_run_begins(unstarted, capsys):
    Path('out.gif').write_text('mine')
    assert transfer('--animation') == 1
    assert 'out.gif exists already' in error_line(capsys)
    assert Path('out.gif').read_text() == 'mine' and not os.path.exists('out.checkpoint')


def test_an_animation_with_the_pictures_name_is_refused(unstarted, capsys):
    assert transfer('--animation', 'webp', prefix='out.webp') == 2
    assert 'Expected an animation of another format than out.webp' in error_line(capsys)


def test_without_ffmpeg_a_video_is_refused_before_the_run_begins(unstarted, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'imageio_ffmpeg', None)
    assert transfer('--animation', 'mp4') == 1
    assert 'Expected ffmpeg for an .mp4' in error_line(capsys)


def test_an_animation_that_cannot_be_written_costs_no_picture_and_is_said(monkeypatch, capsys):
    def full(path, **others):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)

    monkeypatch.setattr(film, 'write_animation', full)
    assert transfer('--animation') == 1
    assert 'Could not write out.gif.' in error_line(capsys)
    iterations = {f'out_at_iteration_{number}.png' for number in range(3)}
    assert {'out.png', 'out.json', 'out.html', 'out.checkpoint'} | iterations < set(os.listdir())
    assert 'out.gif' not in os.listdir()


def test_an_iteration_that_is_damaged_meanwhile_costs_the_animation_alone(at_evaluation, capsys):
    at_evaluation(5, lambda: Path('out_at_iteration_0.png').write_bytes(b'\x89PNG\r\n\x1a\n'))
    assert transfer('--animation') == 1
    assert 'Could not write out.gif: ' in error_line(capsys)
    assert os.path.exists('out.png') and not os.path.exists('out.gif')


def test_a_run_that_is_stopped_before_its_first_iteration_says_why_there_is_none(capsys):
    assert transfer('--animation', '--max-seconds', '0.000001', '--maxfun', '5') == 0
    assert 'No iteration is saved, so there is no out.gif.' in capsys.readouterr().err


def test_cells_of_a_sweep_leave_none_unless_their_iterations_are_saved(unstarted, capsys):
    grid = ['sweep', 'base.png', 'style.png', 'out', *FAST, '--vary', 'animation=gif,none']
    assert main(grid) == 2
    assert 'Expected save_every: 1 or more, for an animation' in error_line(capsys)


def test_frames_are_never_larger_than_animates(monkeypatch):
    monkeypatch.setattr(film, 'LONGEST_SIDE', 20)
    assert transfer('--animation') == 0
    with Image.open('out.gif') as image:
        assert max(image.size) == 20


def test_iterations_of_an_earlier_run_that_saved_more_are_no_part_of_it():
    assert transfer() == 0
    options = ['--force', '--save-every', '2', '--content-weight', '1', '--animation']
    assert transfer(*options) == 0
    with Image.open('out.gif') as image:
        assert image.n_frames == 3
    assert main(['animate', 'out', 'a.gif']) == 0 and frames_in('a.gif') == 3
