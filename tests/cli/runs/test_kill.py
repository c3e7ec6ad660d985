"""Real processes, really killed: nothing is lost but what an unfinished iteration had done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
KILLS = 4
RUN = [
    '--weights',
    'random',
    '--iter',
    '60',
    '--maxfun',
    '4',
    '--image-height',
    '36',
    '--restart',
    '--save-every',
    '7',
    '--precision',
    'float32',
    '--content-layer',
    'block2_conv1',
    '--style-layer',
    'block1_conv1',
    '--style-layer',
    'block2_conv1',
]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != 'posix', reason='needs SIGKILL')]


@pytest.fixture
def pictures(tmp_path, town, stripes):
    Image.fromarray(town).save(tmp_path / 'base.png')
    Image.fromarray(stripes).save(tmp_path / 'style.png')
    return tmp_path


def start(folder, *arguments, program=('-m', 'cli')):
    return subprocess.Popen(
        [sys.executable, *program, 'transfer', *arguments],
        cwd=folder,
        env=os.environ | {'PYTHONPATH': str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process, seconds=None):
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said


def wait_for(process, path, changed_since=0):
    while process.poll() is None:
        if path.exists() and path.stat().st_mtime_ns > changed_since:
            return
        time.sleep(0.002)


def check_whole(folder):
    """Every file under an output's name can be read to its end."""
    for path in folder.glob('out*.png'):
        Image.open(path).load()


def test_kills_leave_the_result_the_same_byte_for_byte(pictures, rounds):
    """SIGKILL at random moments: of the whole life of a process, and after its first checkpoint.

    A machine that finishes a run before it has been killed often enough begins it anew.
    """
    run = [*RUN, '--force']  # for all, since a picture's metadata have the command
    began = time.monotonic()
    code, said = finish(start(pictures, 'base.png', 'style.png', 'whole', *run))
    assert code == 0, said
    life = time.monotonic() - began
    whole = (pictures / 'whole.png').read_bytes()
    moments = random.Random(6)
    checkpoint = pictures / 'out.checkpoint'
    anew, again = ['base.png', 'style.png', 'out', *run], ['--resume', 'out']
    arguments, killed = anew, 0
    while killed < KILLS * rounds:
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = start(pictures, *arguments)
        if moments.random() < 0.5:
            wait_for(process, checkpoint, before)
        time.sleep(moments.uniform(0, 1 if checkpoint.exists() else life))
        process.kill()
        code, said = finish(process)
        check_whole(pictures)
        if code == 0:
            assert (pictures / 'out.png').read_bytes() == whole
            arguments = anew
        else:
            assert code == -signal.SIGKILL, said
            killed += 1
            arguments = again if checkpoint.exists() else anew
    code, said = finish(start(pictures, *arguments))
    assert code == 0, said
    assert (pictures / 'out.png').read_bytes() == whole
    assert not [name for name in os.listdir(pictures) if name.startswith('.') or name.endswith('.lock')]


# An evaluation that never ends, in C code: Python's own signal handlers have to wait for it.
ENDLESS_EVALUATION = """
import hashlib, sys
from pathlib import Path
from cli.main import main
from nst_lbfgs.objective import Objective

def evaluate(objective, x):
    Path('evaluating').touch()
    hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)

Objective.evaluate = evaluate
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize('number, code', [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_second_signal_ends_at_once_and_leaves_nothing_half_written(number, code, pictures):
    process = start(
        pictures,
        'base.png',
        'style.png',
        'out',
        *RUN,
        '--save-every',
        '0',
        program=['-c', ENDLESS_EVALUATION],
    )
    wait_for(process, pictures / 'evaluating')
    time.sleep(0.5)  # from the mark into the evaluation itself
    process.send_signal(number)
    time.sleep(0.5)  # the same signal twice within 0.1 s counts once
    process.send_signal(number)
    returned, said = finish(process, seconds=20)
    assert returned == code, said
    assert 'A second signal ends the run at once' in said and 'stopped by' not in said
    names = {path.name for path in pictures.iterdir()}
    assert names == {'base.png', 'style.png', 'evaluating', 'out.checkpoint', 'out.html'}
    check_whole(pictures)


def test_two_deterministic_runs_are_the_same_byte_for_byte(pictures):
    for prefix in ('one', 'two'):
        code, said = finish(
            start(
                pictures,
                'base.png',
                'style.png',
                prefix,
                *RUN,
                '--no-restart',
                '--iter',
                '5',
                '--deterministic',
                '--init',
                'noise',
                '--seed',
                '3',
            )
        )
        assert code == 0, said
        assert '"deterministic": true' in (pictures / f'{prefix}.json').read_text()
    assert (pictures / 'one.png').read_bytes() == (pictures / 'two.png').read_bytes()
