"""Standard streams that are closed or full: a clear end and the right exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
PAIR = ['base.png', 'style.png', 'out']
TINY = [
    *['--weights', 'random', '--iter', '1', '--maxfun', '1', '--precision', 'float32'],
    *['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1'],
]
TRANSFER = ['transfer', *PAIR, *TINY]
SWEEP = ['sweep', *PAIR, *TINY, '--vary', 'content_weight=1,2']
LOST = 'nst-lbfgs: error: Cannot write to standard output: '

pytestmark = [
    pytest.mark.skipif(os.name != 'posix', reason='streams are closed by a POSIX shell'),
    pytest.mark.usefixtures('folder'),
]


def run(redirection, *arguments, unbuffered='', encoding=''):
    """Return exit code, standard output and standard error of a command under a redirection."""
    done = subprocess.run(
        ['sh', '-c', f'exec "$@" {redirection}', 'sh', sys.executable, '-m', 'cli', *arguments],
        env=os.environ
        | {'PYTHONPATH': str(ROOT), 'PYTHONUNBUFFERED': unbuffered, 'PYTHONIOENCODING': encoding},
        capture_output=True,
        text=True,
    )
    assert 'Traceback' not in done.stderr and 'Exception ignored' not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    'closed, command', [('2>&-', TRANSFER), ('2>&-', SWEEP), ('0<&- >&- 2>&-', TRANSFER)]
)
def test_a_run_needs_nobody_who_reads(closed, command):
    """And nothing of what would have been printed is in the files."""
    assert run(closed, *command) == (0, '', '')
    for path in Path().glob('out*.png'):
        Image.open(path).load()
    (record, *_) = Path().glob('out*.json')
    assert record.read_text().startswith('{') and record.read_text().endswith('}\n')


@pytest.mark.parametrize('redirection', ['>&-', '2>/dev/full'])
def test_a_run_needs_no_standard_output_and_no_room_for_what_it_tells(redirection):
    code, printed, _ = run(redirection, *TRANSFER)
    assert code == 0 and printed == '' and Path('out.png').exists()


@pytest.mark.parametrize('closed', ['2>&-', '2>/dev/full'])
@pytest.mark.parametrize(
    'command, code',
    [
        (['transfer', '--nothing'], 2),
        (['transfer', *PAIR, '--iter', '0'], 2),
        (['transfer', 'missing.png', 'style.png', 'out', *TINY], 1),
    ],
)
def test_an_error_that_nobody_can_read_has_its_exit_code(closed, command, code):
    assert run(closed, *command)[0] == code


def test_a_result_is_printed_with_standard_error_closed():
    code, printed, _ = run('2>&-', 'presets')
    assert code == 0 and 'enhanced-lbfgs' in printed


@pytest.mark.parametrize('redirection, unbuffered', [('>&-', ''), ('>/dev/full', ''), ('>/dev/full', '1')])
@pytest.mark.parametrize(
    'command',
    [
        ['transfer', '--help'],
        ['--version'],
        ['presets'],
    ],
    ids=' '.join,
)
def test_a_result_that_cannot_be_printed_is_an_error(redirection, command, unbuffered):
    code, printed, said = run(redirection, *command, unbuffered=unbuffered)
    assert code == 1 and printed == ''
    assert said.splitlines()[-1].startswith(LOST)


@pytest.mark.parametrize('redirection', ['>&-', '>/dev/full'])
def test_what_a_script_has_printed_and_cannot_be_written_is_one_line(redirection):
    Path('old.py').write_text('print("a result")\n')
    code, printed, said = run(redirection, 'run', 'old.py')
    assert (code, printed, said.count('\n')) == (1, '', 1) and said.startswith(LOST)


def test_a_name_that_standard_output_cannot_take_is_spelt_out():
    os.rename('base.png', b'b\xff.png')
    command = ['inspect', os.fsdecode(b'b\xff.png'), '--weights', 'random', '--image-height', '32']
    code, printed, _ = run('', *command, encoding='utf-8:strict')
    assert code == 0 and printed.startswith('b\\udcff.png, 38 x 32 pixels')
