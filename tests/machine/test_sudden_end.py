"""A process that ends at once leaves nothing half done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
