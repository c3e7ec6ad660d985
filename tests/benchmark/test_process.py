"""The process of a measurement: how it fails, and how it ends."""

from __future__ import annotations

import pytest

from nst_lbfgs.benchmark.outcomes import OLD_WAY
from nst_lbfgs.benchmark.process import run_measurement
from nst_lbfgs.errors import MeasurementError

from ..support.hostile_folder import imported


def test_a_process_that_is_killed_says_by_which_signal(tmp_path, monkeypatch):
    python = tmp_path / 'python'
    python.write_text('#!/bin/sh\nkill -KILL $$\n')
    python.chmod(0o755)
    monkeypatch.setattr('sys.executable', str(python))
    with pytest.raises(MeasurementError, match='killed by SIGKILL, as when memory runs out'):
        run_measurement('ceiling', {})


def test_a_process_that_fails_says_why_in_its_last_line(tmp_path):
    arguments = {'way': OLD_WAY, 'pictures': str(tmp_path / 'missing.npz'), 'weights': 'random'}
    with pytest.raises(MeasurementError, match='^FileNotFoundError.*missing.npz'):
        run_measurement('rate', arguments)


def test_a_process_is_ended_at_the_time_limit():
    with pytest.raises(MeasurementError, match='not done after 0.05 s'):
        run_measurement('ceiling', {}, time_limit=0.05)


def test_a_process_imports_nothing_from_the_users_folder(hostile):
    arguments = {'way': OLD_WAY, 'pictures': 'missing.npz', 'weights': 'random'}
    with pytest.raises(MeasurementError, match='^FileNotFoundError.*missing.npz'):
        run_measurement('rate', arguments)
    assert imported(hostile) == []
