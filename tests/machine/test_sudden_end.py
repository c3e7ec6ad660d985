"""A process that ends at once leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hostile_pictures import tiff_strips

ROOT = Path(__file__).parent.parent.parent
# A file is being written, a folder is in use and a child runs when the process ends; then nothing begins.
PROGRAM = f"""
import os, subprocess, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from nst_lbfgs.child_process import started
from nst_lbfgs.files import temporary_folder, whole_file
from nst_lbfgs.machine.sudden_end import undo_all
with whole_file(Path('out.png'), overwrite=True) as temporary, temporary_folder('in-use-') as folder:
    temporary.write_text('half')
    (folder / 'file').touch()
    with started([sys.executable, '-c', 'import time; time.sleep(1000)']) as child:
        print(child.pid, temporary.exists(), folder.exists(), flush=True)
        undo_all()
        late = whole_file(Path('late'), overwrite=True)
        threading.Thread(target=late.__enter__, daemon=True).start()
        child.wait()
        os._exit(5)
"""


def test_all_that_is_under_way_is_undone_and_nothing_more_begins(tmp_path, monkeypatch):
    (tmp_path / 'temporary').mkdir()
    monkeypatch.setenv('TMPDIR', str(tmp_path / 'temporary'))
    done = subprocess.run(
        [sys.executable, '-c', PROGRAM], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, done.stderr) == (5, '') and done.stdout.endswith('True True\n')
    assert [path.name for path in tmp_path.iterdir()] == ['temporary']
    assert list((tmp_path / 'temporary').iterdir()) == []


# What reads a file that may be hostile waits for a child that never answers.
READER = f"""
import os, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.machine.sudden_end import undo_all
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.weights.h5_file import check_file
sys.executable = os.path.abspath('python')
def read():
    try:
        {{call}}
    except StyleTransferError:
        ended.append(True)
ended = []
reader = threading.Thread(target=read)
reader.start()
while not os.path.exists('pid') or not Path('pid').read_text().endswith('\\n'):
    time.sleep(0.01)
undo_all()
reader.join()
try:
    os.kill(int(Path('pid').read_text()), 0)
except ProcessLookupError:
    print(ended)
sys.stdout.flush()
os._exit(5)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='the child that never answers is a shell script')
@pytest.mark.parametrize('call', ["read_picture(Path('a.tif'))", "check_file(Path('a.h5'))"])
def test_a_child_that_reads_a_file_ends_with_its_parent(call, tmp_path):
    (tmp_path / 'a.tif').write_bytes(tiff_strips(1))
    (tmp_path / 'a.h5').touch()
    (tmp_path / 'python').write_text('#!/bin/sh\necho $$ > pid\nexec sleep 1000\n')
    (tmp_path / 'python').chmod(0o755)
    done = subprocess.run(
        [sys.executable, '-c', READER.format(call=call)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, '[True]\n', '')
