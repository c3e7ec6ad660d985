"""Runs that end at a limit: a deadline, or too little improvement; through main(argv)."""

from __future__ import annotations

import json
import time

import pytest

from cli.main import main
from cli.runs.stopping import Stopping
from nst_lbfgs.search.lbfgs import StopSearch

from .test_overnight import RUN, results, transfer

pytestmark = pytest.mark.usefixtures('folder')


def test_a_deadline_stops_cleanly_and_says_so(capsys):
    assert transfer('--max-seconds', '1e-9') == 0
    assert json.load(open('out.json'))['evaluations'] == 1
    assert 'after 1 evaluations: the 1e-09 seconds of --max-seconds are over' in capsys.readouterr().err


def test_a_deadline_counts_from_the_start_of_the_command(capsys):
    """TensorFlow's import, the trial of a precision and what goes through the network first count, too."""
    command = ['transfer', 'base.png', 'style.png', 'out', *RUN, '--max-seconds', '50000']
    assert main(command, began=time.monotonic() - 50_000) == 0
    assert json.load(open('out.json'))['evaluations'] == 1
    assert main(['transfer', '--resume', 'out', '--max-seconds', '50000']) == 0
    assert len(json.load(open('out.json'))['iterations']) == 3


def test_a_deadline_without_a_start_counts_from_the_search():
    stopping = Stopping(max_seconds=50_000)
    stopping.after_evaluation()
    stopping.begin(None)
    stopping.after_evaluation()
    begun = Stopping(max_seconds=50_000, began=time.monotonic() - 50_000)
    begun.begin(None)
    with pytest.raises(StopSearch, match='50000 seconds of --max-seconds'):
        begun.after_evaluation()


def test_a_plateau_stops_cleanly_and_says_so(capsys):
    assert transfer('--min-improvement', '0.99') == 0
    assert len(json.load(open('out.json'))['iterations']) == 2
    assert 'lowered the loss by less than the 0.99' in capsys.readouterr().err


@pytest.mark.parametrize(
    'option, value',
    [
        ('--max-seconds', '0'),
        ('--max-seconds', 'nan'),
        ('--min-improvement', '1'),
        ('--min-improvement', '-1'),
    ],
)
def test_limits_that_cannot_be_used(option, value, capsys):
    assert transfer(option, value) == 2
    assert f'Expected {option}' in capsys.readouterr().err and results() == []
