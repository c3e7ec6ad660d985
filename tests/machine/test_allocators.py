"""What is kept from being wasted, seen from outside: in processes of their own, for it is for good."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEGABYTE = 1 << 20

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='glibc and its /proc')

# What is resident after large arrays are freed that lay between small ones: two generations, since
# glibc learns from the first.
LEFT_OVER = """
import numpy as np
from nst_lbfgs.machine.allocators import keep_memory_compact
from nst_lbfgs.config import TransferConfig

def resident():
    for line in open('/proc/self/status'):
        if line.startswith('VmRSS'):
            return int(line.split()[1]) * 1024

keep_memory_compact(TransferConfig(), {side}, {side})
before, small = resident(), []
for generation in range(2):
    large = []
    for _ in range(20):
        large.append(np.ones(6 << 17))  # 6 MiB
        small.append(np.ones(1 << 12))
    del large
print(resident() - before)
"""


def left_over(side):
    result = subprocess.run(
        [sys.executable, '-c', LEFT_OVER.format(side=side)], cwd=ROOT, text=True, capture_output=True
    )
    assert result.returncode == 0, result.stderr
    return int(result.stdout)


def test_large_arrays_are_given_back_when_they_are_freed():
    """20 arrays of 6 MiB, twice: all are gone, where otherwise at least some stay."""
    assert left_over(512) < 20 * MEGABYTE


def test_the_region_is_reserved_and_not_resident():
    """2048 x 2048 pixels take gigabytes of address space, and next to nothing of memory."""
    assert left_over(2048) < 20 * MEGABYTE


ADDRESS_SPACE = """
from nst_lbfgs.machine import allocators, memory_model
memory_model.lacks_avx512 = lambda: False  # as on every machine in these tests
from nst_lbfgs.config import ComputationConfig, TransferConfig

def mapped():
    for line in open('/proc/self/status'):
        if line.startswith('VmSize'):
            return int(line.split()[1]) * 1024

mapped_before = mapped()
config = TransferConfig(computation=ComputationConfig(precision='bfloat16'))
allocators.keep_memory_compact(config, {height}, {width})
print(mapped() - mapped_before)
"""


@pytest.mark.parametrize(
    'height, width, least, most',
    [
        (2048, 2048, 1 << 30, 1 << 33),
        (256, 256, 0, 1 << 27),
    ],
)
def test_only_large_pictures_reserve(height, width, least, most):
    result = subprocess.run(
        [sys.executable, '-c', ADDRESS_SPACE.format(height=height, width=width)],
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert result.returncode == 0, result.stderr
    assert least <= int(result.stdout) <= most


def test_where_there_is_no_room_nothing_changes():
    """A petabyte: refused, and the process goes on."""
    code = (
        'from nst_lbfgs.machine.allocators import _reserve_one_region\n'
        '_reserve_one_region(1 << 50)\n'
        'print("on")'
    )
    result = subprocess.run([sys.executable, '-c', code], cwd=ROOT, text=True, capture_output=True)
    assert (result.returncode, result.stdout.strip()) == (0, 'on'), result.stderr
