"""Too little address space is said before the libraries fail in it, each in its own way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nst_lbfgs.errors import InsufficientMemoryError
from nst_lbfgs.machine import address_space
from nst_lbfgs.machine.address_space import TENSORFLOW, check_address_space, room_in_address_space

ROOT = Path(__file__).parent.parent.parent
RUN = [
    *['transfer', 'base.png', 'style.png', 'out', '--weights', 'random', '--image-height', '36'],
    '--iter',
    '1',
]

pytestmark = pytest.mark.skipif(sys.platform != 'linux', reason='needs a limit that the system keeps')


def limited(megabytes, *arguments):
    """Return exit code and standard error of a command with so much address space."""
    done = subprocess.run(
        ['sh', '-c', f'ulimit -v {megabytes}000; exec "$@"', 'sh', sys.executable, '-m', 'cli', *arguments],
        env={'PYTHONPATH': str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize('megabytes', [40, 200, 600, 1450, 1700, 1800, 1900])
def test_a_transfer_in_too_little_address_space_is_one_line(megabytes, folder):
    """At 200 MB it would never end, at 1,800 MB crash, at the others end in a traceback or worse."""
    code, said = limited(megabytes, *RUN)
    assert code == 1 and said.count('\n') == 1
    assert said.startswith('nst-lbfgs: error: Expected at least ') and 'of address space for' in said


@pytest.mark.parametrize('command', [['inspect', 'base.png', '--weights', 'random'], ['run', 'old.py']])
def test_so_do_other_commands_that_need_tensorflow(command, folder):
    Path('old.py').touch()
    code, said = limited(1800, *command)
    assert code == 1 and said.count('\n') == 1 and 'of address space for TensorFlow' in said


def test_what_needs_less_works_in_less(folder):
    assert limited(600, 'presets') == (0, '')
    assert limited(600, 'enhance', 'base.png', 'enhanced.png') == (0, '')


def test_the_room_is_what_the_libraries_leave(monkeypatch):
    monkeypatch.setattr('os.cpu_count', lambda: 4)
    monkeypatch.setattr(address_space, 'address_space_limit', lambda: None)
    check_address_space(TENSORFLOW, 'TensorFlow')
    assert room_in_address_space() is None
    monkeypatch.setattr(address_space, 'address_space_limit', lambda: 2_200_000_000)
    with pytest.raises(InsufficientMemoryError, match='at least 2.3 GB .* for TensorFlow. Received: 2.2 GB'):
        check_address_space(TENSORFLOW, 'TensorFlow')
    assert room_in_address_space() == 620_000_000
