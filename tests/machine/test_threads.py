"""Threads: BLAS's, the same in a transfer as in what the benchmark measures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import scipy.linalg  # noqa: F401
from threadpoolctl import threadpool_info, threadpool_limits

from cli.main import main
from nst_lbfgs.benchmark import measure
from nst_lbfgs.benchmark.pairs import synthetic_pair
from nst_lbfgs.machine.threads import available_cores

ROOT = Path(__file__).parents[2]


def blas_threads():
    return {pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'}


@pytest.fixture
def three_threads():
    """BLAS has three threads, and what it had before afterwards."""
    with threadpool_limits(3, user_api='blas'):
        assert blas_threads() == {3}
        yield


def test_a_transfer_computes_with_one_blas_thread(three_threads, folder):
    arguments = '--weights random --precision float32 --iter 1 --maxfun 2 --image-height 36'.split()
    assert main(['transfer', 'base.png', 'style.png', 'out', *arguments]) == 0
    assert blas_threads() == {1}


def test_so_does_a_measurement_of_the_benchmark(three_threads, tmp_path):
    synthetic_pair(32).save(tmp_path / 'pair.npz')
    arguments = {
        'way': 'float32',
        'pictures': str(tmp_path / 'pair.npz'),
        'weights': 'random',
        'evaluations': 1,
    }
    assert measure.main(['rate', json.dumps(arguments)]) == 0
    assert blas_threads() == {1}


def test_the_limit_holds_for_what_is_imported_after_it():
    """SciPy has a BLAS of its own; who limits NumPy's alone leaves the search with all cores."""
    program = (
        'from nst_lbfgs.machine.threads import limit_blas_threads\n'
        'limit_blas_threads()\n'
        'import scipy.optimize, threadpoolctl\n'
        'print([pool["num_threads"] for pool in threadpoolctl.threadpool_info()])\n'
    )
    environment = os.environ | {'OPENBLAS_NUM_THREADS': '3'}
    output = subprocess.run(
        [sys.executable, '-c', program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    ).stdout
    assert set(json.loads(output)) == {1}


@pytest.mark.skipif(not hasattr(os, 'sched_getaffinity'), reason='no affinity here')
def test_the_cores_are_those_that_this_process_may_use():
    assert available_cores() == len(os.sched_getaffinity(0))
