"""The lock of a prefix: one holder at a time, whoever is killed, whatever is in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.runs.lock import run_lock
from nst_lbfgs.errors import OutputError, OutputExistsError, OutputWriteError
from nst_lbfgs.files import whole_file

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from pathlib import Path
from cli.runs.lock import run_lock
with run_lock(Path(sys.argv[1])):
    print('held', flush=True)
    sys.stdin.read()
"""
# With an argument it holds the lock of that prefix meanwhile.
WRITER = """
import sys
from contextlib import ExitStack
from pathlib import Path
from cli.runs.lock import run_lock
from nst_lbfgs.files import whole_file
with ExitStack() as stack:
    for prefix in sys.argv[1:]:
        stack.enter_context(run_lock(Path(f'{prefix}.lock')))
    stack.enter_context(whole_file(Path('out.checkpoint'), overwrite=True)).write_text('half')
    print('written', flush=True)
    sys.stdin.read()
"""
# Takes the lock again and again; two holders at once would meet at the marker, which is made exclusively.
CONTENDER = """
import os, time
from pathlib import Path
from cli.runs.lock import run_lock
from nst_lbfgs.errors import OutputError
taken = 0
while taken < 100:
    try:
        with run_lock(Path('out.lock')):
            os.close(os.open('marker', os.O_CREAT | os.O_EXCL))
            time.sleep(0.001)
            os.unlink('marker')
            taken += 1
    except OutputError:
        pass
"""


def start(program, folder, *arguments):
    return subprocess.Popen(
        [sys.executable, '-c', program, *arguments],
        cwd=folder,
        env=os.environ | {'PYTHONPATH': str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_another_process_is_refused_until_the_first_is_done(tmp_path):
    path = tmp_path / 'out.lock'
    holder = start(HOLDER, tmp_path, str(path))
    assert holder.stdout.readline() == 'held\n'
    with pytest.raises(OutputError, match=f'Another run is writing to {tmp_path / "out"}: it holds {path}'):
        with run_lock(path):
            pass
    assert path.exists()
    _, said = holder.communicate()
    assert holder.returncode == 0, said
    with run_lock(path):
        assert path.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != 'posix', reason='needs SIGKILL')
def test_a_killed_holder_leaves_a_file_that_does_not_block(tmp_path):
    path = tmp_path / 'out.lock'
    holder = start(HOLDER, tmp_path, str(path))
    assert holder.stdout.readline() == 'held\n'
    holder.kill()
    holder.communicate()
    assert holder.returncode == -signal.SIGKILL and path.exists()
    with run_lock(path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != 'posix', reason='needs SIGKILL')
def test_what_a_killed_holder_has_left_of_temporary_files_is_removed(tmp_path):
    """Not that of another prefix, nor of a writer without a lock: those may be alive."""
    for name in ('out', 'out_2', None):
        writer = start(WRITER, tmp_path, *([name] if name else []))
        assert writer.stdout.readline() == 'written\n'
        writer.kill()
        writer.communicate()
    names = set(os.listdir(tmp_path))
    assert len(names) == 5 and {'out.lock', 'out_2.lock'} < names
    with run_lock(tmp_path / 'out.lock'):
        left = set(os.listdir(tmp_path))
        with whole_file(tmp_path / 'out.png', overwrite=True) as mine, run_lock(tmp_path / 'out_2.lock'):
            mine.write_text('whole')
    assert len(names - left) == 1
    assert (tmp_path / 'out.png').read_text() == 'whole'
    assert len(list(tmp_path.glob('.*'))) == 1 and not list(tmp_path.glob('*.lock'))


@pytest.mark.parametrize('content', ['# a lock file of another program', None])
def test_a_file_of_that_name_that_is_no_lock_stays(content, tmp_path):
    path = tmp_path / 'Cargo.lock'
    if content is None:
        os.mkfifo(path)
    else:
        path.write_text(content)
    with pytest.raises(OutputExistsError, match='Cargo.lock exists already, and is no lock file of a run'):
        with run_lock(path):
            pass
    assert path.exists() and (content is None or path.read_text() == content)


def test_contenders_never_hold_it_together(tmp_path):
    contenders = [start(CONTENDER, tmp_path) for _ in range(3)]
    for contender in contenders:
        _, said = contender.communicate()
        assert contender.returncode == 0, said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('name', ['folder', 'file/out.lock'])
def test_a_lock_that_cannot_be_made(name, tmp_path):
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'file').touch()
    with pytest.raises(OutputWriteError, match=f'Cannot (lock|make the lock file) {tmp_path / name}'):
        with run_lock(tmp_path / name):
            pass


@pytest.mark.skipif(not os.path.isdir('/proc/self'), reason='needs a folder in which nothing can be made')
def test_a_folder_that_takes_no_files(tmp_path):
    with pytest.raises(OutputWriteError, match='Cannot (lock|make the lock file) /proc/out.lock'):
        with run_lock(Path('/proc/out.lock')):
            pass
