"""A deterministic run: the same bytes, in a fresh process or one that has used TensorFlow before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nst_lbfgs.machine.threads import available_cores

ROOT = Path(__file__).parents[2]
BEGINNING = """
import hashlib
import tensorflow as tf
from nst_lbfgs import ComputationConfig, TransferConfig, transfer_style
from nst_lbfgs.benchmark.pairs import synthetic_pair
from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.machine.determinism import make_deterministic
from nst_lbfgs.machine.threads import available_cores

pair = synthetic_pair(64)

def digest(deterministic=True):
    computation = ComputationConfig('random', precision='float32', deterministic=deterministic)
    config = TransferConfig(iterations=1, evaluations_per_iteration=5, computation=computation)
    result = transfer_style(pair.content, pair.style, config)
    return result.loss.hex() + hashlib.sha256(result.image.tobytes()).hexdigest()
"""


def printed(program: str) -> list[str]:
    """Return the lines that the program prints in a process of its own."""
    process = subprocess.run(
        [sys.executable, '-c', BEGINNING + program],
        cwd=ROOT,
        env=os.environ | {'TF_CPP_MIN_LOG_LEVEL': '3'},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


def test_two_processes_and_two_transfers_in_each_give_the_same_bytes():
    """One process has used TensorFlow before it is asked for determinism, and is asked twice."""
    fresh = printed("""
print(digest(), digest(), sep='\\n')
""")
    used = printed("""
digest(deterministic=False)
print(digest(), digest(), sep='\\n')
""")
    assert len(fresh) == len(used) == 2
    assert len({*fresh, *used}) == 1


def test_threads_that_cannot_be_changed_any_more_are_an_error_in_one_line():
    (line,) = printed("""
tf.config.threading.set_intra_op_parallelism_threads(available_cores() + 1)
tf.constant(1.0) + 1.0
try:
    make_deterministic(available_cores())
except StyleTransferError as error:
    print(error)
""")
    cores = available_cores()
    assert line == (
        f'Expected {cores} threads within an operation for a deterministic run. '
        f'Received: {cores + 1}, and TensorFlow, in use already, keeps them.'
    )
