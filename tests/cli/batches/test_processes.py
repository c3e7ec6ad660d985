"""`batch --workers`: the same results, whatever becomes of the workers."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.batches.processes import MODULE, Processes
from cli.main import main
from cli.runs.stopping import StopRequest

from ...support.error_lines import error_line
from .conftest import FAST

ROOT = Path(__file__).parents[3]
LONG = [*FAST, '--iter', '30', '--restart', '--deterministic']  # with restarts a resumed run is the same run


def command(*arguments):
    """Start a batch of two contents and two styles in a process of its own."""
    return subprocess.Popen(
        [sys.executable, '-m', 'cli', 'batch', 'contents', '--styles', 'styles', *LONG, *arguments],
        env=os.environ | {'PYTHONPATH': str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )


def workers_of(process):
    """The process numbers of a batch's workers."""
    found = subprocess.run(['pgrep', '-P', str(process.pid), '-f', MODULE], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def until(condition, process):
    """Wait for a condition while a process runs."""
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)


def results(folder):
    """The bytes of all pictures of a batch."""
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob('*.png'))}


def rows(folder):
    """The rows of a table."""
    with open(f'{folder}/batch.csv', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


@pytest.fixture
def expected(pictures):
    """The pictures that one process makes."""
    process = command('--out', 'expected')
    assert process.wait() == 0, process.stderr.read()
    return results('expected')


@pytest.mark.slow
def test_workers_make_the_same_and_a_killed_ones_job_goes_on(expected):
    """Two workers are killed on their way; another two take the jobs up from their checkpoints."""
    process = command('--out', 'out', '--workers', '2')
    for number in range(2):
        until(lambda: len(list(Path('out').glob('*_at_iteration_2.png'))) > number, process)
        os.kill(workers_of(process)[0], signal.SIGKILL)
    _, told = process.communicate()
    assert process.returncode == 0, told
    assert results('out') == expected
    assert not list(Path('out').glob('*.checkpoint')) and not list(Path('out').glob('*.lock'))
    assert [row['iterations_done'] for row in rows('out')] == ['30'] * 4


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_workers_after_their_evaluations(number, pictures):
    process = command('--out', 'out', '--workers', '2')
    until(lambda: list(Path('out').glob('*_at_iteration_2.png')), process)
    os.kill(process.pid, number)
    _, told = process.communicate()
    assert process.returncode == 128 + number, told
    assert 'Stopped. The same command goes on.' in told
    assert list(Path('out').glob('*.checkpoint'))
    assert any(row['stop_reason'].startswith('stopped by') for row in rows('out'))
    process = command('--out', 'out', '--workers', '2')
    assert process.wait() == 0, process.stderr.read()
    assert {row['iterations_done'] for row in rows('out')} == {'30'} and len(rows('out')) == 4


@pytest.mark.slow
def test_workers_end_with_the_batch_that_started_them(expected):
    """The batch is killed; its workers stop by themselves, and the same command goes on."""
    process = command('--out', 'out', '--workers', '2')
    until(lambda: list(Path('out').glob('*_at_iteration_2.png')), process)
    workers = workers_of(process)
    process.kill()
    process.communicate()
    while any(Path(f'/proc/{number}').exists() for number in workers):
        time.sleep(0.1)
    process = command('--out', 'out', '--workers', '2')
    _, told = process.communicate()
    assert process.returncode == 0, told
    assert results('out') == expected


class _Dies:
    """A worker that dies of every job."""

    def run(self, job):
        return None

    def how_it_ended(self):
        return 'by signal 9, as when memory runs out'

    def end(self):
        """There is nothing to end."""


def test_a_job_that_all_its_workers_die_of_is_given_up(monkeypatch):
    monkeypatch.setattr('cli.batches.processes._Worker', lambda threads: _Dies())
    runner = Processes(1, StopRequest())
    outcome = runner.submit(None).result()
    runner.close()
    assert (
        outcome.problem
        == '3 processes that ran it have died, the last one by signal 9, as when memory runs out.'
    )


def test_no_job_begins_after_a_signal():
    request = StopRequest()
    request.note(signal.SIGTERM)
    runner = Processes(1, request)
    assert runner.submit(None).result().exit_code == 128 + signal.SIGTERM
    runner.close()


@pytest.mark.parametrize(
    'cores, free, code, message',
    [
        (1, 10**12, 2, '--workers: 1 to 1, the cores of this machine. Received: 2'),
        (2, 2 * 10**9, 1, '--workers 1 would fit'),
    ],
)
def test_more_workers_than_there_is_room_for(cores, free, code, message, pictures, monkeypatch, capsys):
    monkeypatch.setattr('cli.batches.planning.available_cores', lambda: cores)
    monkeypatch.setattr('cli.batches.planning.available_memory', lambda: free)
    arguments = ['contents', '--styles', 'styles', '--out', 'out', '--workers', '2', *FAST]
    assert main(['batch', *arguments]) == code
    assert message in error_line(capsys)
