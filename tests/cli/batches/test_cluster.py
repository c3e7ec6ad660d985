"""`batch --scheduler`: on a real Dask cluster on this machine, and what is left if parts of it die."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cli.main import main

from ...support.error_lines import error_line
from .conftest import FAST
from .test_processes import ROOT, results

SHORT = [*FAST, '--iter', '6', '--restart', '--deterministic']  # with restarts a resumed run is the same
PYTHON = os.environ | {'PYTHONPATH': str(ROOT)}


def without_dask():
    """Why there can be no cluster here, or None."""
    try:
        import distributed
    except ImportError:
        return 'Dask is not installed: pip install .[cluster]'
    return None if distributed else 'no Dask'


needs_dask = pytest.mark.skipif(without_dask() is not None, reason=str(without_dask()))


class Cluster:
    """A scheduler and two workers, each a process; each can be killed and comes again."""

    def __init__(self, folder):
        self.folder = folder
        self.address = str(folder / 'scheduler.json')
        self.processes = {}

    def start(self, name):
        """Start a part of the cluster, in place of one that has ended."""
        if name == 'scheduler':
            Path(self.address).unlink(missing_ok=True)
            program = [
                'dask_scheduler',
                '--host',
                '127.0.0.1',
                '--port',
                '0',
                '--no-dashboard',
                '--no-jupyter',
            ]
        else:
            program = [
                'dask_worker',
                '--nthreads',
                '1',
                '--no-nanny',
                '--no-dashboard',
                '--host',
                '127.0.0.1',
            ]
            program += ['--local-directory', str(self.folder / name), '--name', f'{name}-{time.monotonic()}']
            program += ['--death-timeout', '20']
        command = [sys.executable, '-m', f'distributed.cli.{program[0]}', '--scheduler-file', self.address]
        self.processes[name] = subprocess.Popen(
            [*command, *program[1:]],
            env=PYTHON,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,  # another one than the batch's
        )
        while name == 'scheduler' and not Path(self.address).exists():
            time.sleep(0.05)

    def restore(self):
        """Start whatever has ended; the workers of a scheduler that has ended as well."""
        if self.ended('scheduler'):
            for name in ('one', 'two'):
                self.kill(name)
            self.start('scheduler')
        for name in ('one', 'two'):
            if self.ended(name):
                self.start(name)

    def ended(self, name):
        """Whether a part has ended, or was never there."""
        return name not in self.processes or self.processes[name].poll() is not None

    def kill(self, name):
        """End a part by SIGKILL."""
        if not self.ended(name):
            self.processes[name].kill()
            self.processes[name].wait()

    def end(self):
        """End all parts."""
        for name in self.processes:
            self.kill(name)


@pytest.fixture
def cluster(tmp_path_factory):
    """A cluster that runs."""
    cluster = Cluster(tmp_path_factory.mktemp('cluster'))
    cluster.restore()
    yield cluster
    cluster.end()


def batch(*arguments, out='out'):
    """Start a batch in a process of its own."""
    return subprocess.Popen(
        [
            sys.executable,
            '-m',
            'cli',
            'batch',
            'contents',
            '--styles',
            'styles',
            '--out',
            out,
            *SHORT,
            *arguments,
        ],
        env=PYTHON,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process):
    """The exit code of a batch and what it said."""
    told, _ = process.communicate()
    return process.returncode, told


def rows(folder='out'):
    """The rows of a table."""
    with open(f'{folder}/batch.csv', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


@needs_dask
@pytest.mark.slow
def test_a_cluster_makes_the_same_with_shared_folders_and_without(pictures, cluster):
    assert finished(batch(out='here'))[0] == 0
    code, told = finished(batch('--scheduler', cluster.address))
    assert code == 0 and 'workers; dashboard' in told.splitlines()[0], told
    code, told = finished(batch('--scheduler', cluster.address, '--transfer-files', out='sent'))
    assert code == 0, told
    assert results('out') == results('here') == results('sent')
    for name in ('frame2_one.json', 'frame2_one.html', 'frame2_one_at_iteration_5.png'):
        assert Path('sent', name).exists()
    assert str(pictures / 'sent' / 'frame2_one') in Path('sent/frame2_one.json').read_text()


@needs_dask
@pytest.mark.slow
def test_a_stopped_batch_has_the_workers_stop(pictures, cluster):
    """And what they had done comes back, also where they see no folder of this machine."""
    for name, options in {'shared': [], 'sent': ['--transfer-files']}.items():
        process = batch('--scheduler', cluster.address, '--iter', '2000', *options, out=name)
        while not Path(name, 'batch.csv').exists():
            time.sleep(0.05)
        time.sleep(20 if options else 0)  # nothing tells how far a worker is that sees no folder
        while not options and not list(Path(name).glob('*_at_iteration_2.png')):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        code, told = finished(process)
        assert code == 130 and 'Stopped. The same command goes on.' in told
        assert any(row['stop_reason'].startswith('stopped') for row in rows(name)), told


@needs_dask
@pytest.mark.slow
def test_twenty_kills_of_workers_client_and_scheduler(pictures, cluster, rounds):
    """All pictures are there in the end, each once, whole, and the table is right."""
    assert finished(batch(out='here'))[0] == 0
    chance = random.Random(5)
    process = batch('--scheduler', cluster.address)
    for _ in range(20 * rounds):
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.5, 6))
        victim = chance.choice(['one', 'two', 'client', 'scheduler'])
        if victim == 'client':
            process.kill()
        else:
            cluster.kill(victim)
        cluster.restore()
        if victim in ('client', 'scheduler') or process.poll() is not None:
            process.communicate()
            process = batch('--scheduler', cluster.address)
    code, told = finished(process)
    if code:
        code, told = finished(batch('--scheduler', cluster.address))
    assert code == 0, told
    assert [row['stop_reason'] for row in rows()] == ['all iterations done'] * 4
    assert len({row['picture'] for row in rows()}) == 4
    assert results('out') == results('here')
    assert not [path for path in os.listdir('out') if path.startswith('.') or path.endswith('.checkpoint')]


NOWHERE = 'tcp://127.0.0.1:9'
ASKING = ['batch', 'contents', '--styles', 'styles', '--out', 'out', '--scheduler', NOWHERE, *FAST]


@needs_dask
@pytest.mark.slow
def test_a_scheduler_that_is_not_there(pictures, capsys, monkeypatch):
    monkeypatch.setattr('cli.batches.cluster.CONNECT_SECONDS', 2)
    assert main(ASKING) == 1
    assert f'Cannot reach a Dask scheduler at {NOWHERE}' in error_line(capsys)


def test_without_dask_a_line_says_what_is_needed(pictures, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'distributed', None)
    assert main(ASKING) == 1
    assert "pip install 'nst-lbfgs[cluster]'" in error_line(capsys)
