"""The command line in processes of its own: started, watched, and told to end at a certain moment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHORT = [
    *[
        '--weights',
        'random',
        '--iter',
        '2',
        '--maxfun',
        '2',
        '--image-height',
        '36',
        '--precision',
        'float32',
    ],
    *['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1'],
]
TRANSFER = ['transfer', 'base.png', 'style.png', 'out', *SHORT]
SWEEP = ['sweep', 'base.png', 'style.png', 'out', *SHORT, '--vary', 'content_weight=1,2']


def start(*arguments, program=('-m', 'cli'), **environment):
    """Start a command in the current folder."""
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        env=os.environ | {'PYTHONPATH': str(ROOT)} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Return the exit code and what was said."""
    _, said = process.communicate()
    return process.returncode, said


def wait_until(process, happened):
    """Wait until `happened()`, or until the process has ended; return whether it is still there."""
    while process.poll() is None:
        if happened():
            return True
        time.sleep(0.002)
    return False


def hears(process):
    """Return whether the process has a handler for SIGTERM: before, Python itself is still starting."""
    return lambda: int(_status(process, 'SigCgt'), 16) >> 14 & 1


def has_mapped(process, library):
    """Return whether a process has begun to load a library."""
    return lambda: library in _read(f'/proc/{process.pid}/maps')


def left_lying():
    """Return what is in the current folder that is no result: hidden files and locks."""
    return [name for name in os.listdir() if name.startswith('.') or name.endswith('.lock')]


def _status(process, name):
    lines = [line for line in _read(f'/proc/{process.pid}/status').splitlines() if line.startswith(name)]
    return lines[0].split()[1] if lines else '0'


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:  # it has ended
        return ''
