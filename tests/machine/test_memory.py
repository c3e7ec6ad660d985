"""What memory is free, from copies of what Linux shows of it, and the most that was taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nst_lbfgs.machine.memory import available_memory

pytestmark = pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no /proc')

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
MEMINFO = 'MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    8192 kB\n'


@pytest.fixture
def linux(tmp_path):
    """Return a function that writes files, by path, under proc/ and cgroup/, and reads them all."""

    def available(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return available_memory(tmp_path / 'proc', tmp_path / 'cgroup')

    return available


def group_2(path, limit, usage, inactive=0):
    """Return the files of a control group of version 2."""
    return {
        f'cgroup/{path}/memory.max': f'{limit}\n',
        f'cgroup/{path}/memory.current': f'{usage}\n',
        f'cgroup/{path}/memory.stat': f'anon 5\ninactive_anon 7\ninactive_file {inactive}\n',
    }


def group_1(path, limit, usage, inactive=0):
    """Return the files of a control group of version 1."""
    folder = f'cgroup/memory/{path}'
    return {
        f'{folder}/memory.limit_in_bytes': f'{limit}\n',
        f'{folder}/memory.usage_in_bytes': f'{usage}\n',
        f'{folder}/memory.stat': f'inactive_file 1\ntotal_inactive_file {inactive}\n',
    }


def test_without_control_groups_it_is_what_the_kernel_calls_available(linux):
    assert linux({'proc/meminfo': MEMINFO}) == 8 * MIB


def test_where_nothing_can_be_read_it_is_not_known(linux):
    assert linux({}) is None


def test_a_limit_of_version_2_leaves_what_is_not_used_and_what_is_only_cache(linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/user/job\n'}
            | group_2('user/job', 5 * MIB, 3 * MIB, inactive=MIB)
        )
        == 3 * MIB
    )


def test_the_smallest_limit_on_the_way_up_counts(linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/user/job\n'}
            | group_2('user/job', 7 * MIB, MIB)
            | group_2('user', 4 * MIB, 2 * MIB)
        )
        == 2 * MIB
    )


def test_max_is_no_limit(linux):
    assert (
        linux({'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/job\n'} | group_2('job', 'max', 3 * MIB))
        == 8 * MIB
    )


def test_the_system_can_have_less_than_the_limit(linux):
    assert (
        linux({'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/job\n'} | group_2('job', 50 * MIB, MIB))
        == 8 * MIB
    )


def test_a_path_from_outside_the_container_leads_to_its_own_root(linux):
    """The process is told the path on the host, of which it sees the end alone."""
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/docker/4f0c\n'}
            | group_2('.', 4 * MIB, 3 * MIB)
        )
        == MIB
    )


def test_a_path_above_the_root_stays_within_it(linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/../../job\n'}
            | group_2('job', 4 * MIB, 3 * MIB)
        )
        == MIB
    )


def test_a_limit_of_version_1(linux):
    groups = '5:cpu,cpuacct:/\n4:memory:/docker/4f0c\n0::/\n'
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': groups}
            | group_1('docker/4f0c', 6 * MIB, 5 * MIB, inactive=2 * MIB)
        )
        == 3 * MIB
    )


def test_no_limit_of_version_1_is_a_very_large_one(linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '4:memory:/\n'}
            | group_1('.', 9223372036854771712, 5 * MIB)
        )
        == 8 * MIB
    )


def test_a_group_over_its_limit_leaves_nothing(linux):
    assert (
        linux({'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/job\n'} | group_2('job', 2 * MIB, 3 * MIB))
        == 0
    )


@pytest.mark.parametrize(
    'damage',
    [
        {'proc/self/cgroup': 'nonsense\n::\n0::\n'},
        {'cgroup/job/memory.max': ''},
        {'cgroup/job/memory.current': 'many\n'},
    ],
)
def test_what_cannot_be_understood_sets_no_limit(damage, linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/job\n'} | group_2('job', 2 * MIB, MIB) | damage
        )
        == 8 * MIB
    )


def test_a_missing_statistic_counts_as_no_cache(linux):
    assert (
        linux(
            {'proc/meminfo': MEMINFO, 'proc/self/cgroup': '0::/job\n'}
            | group_2('job', 4 * MIB, 3 * MIB)
            | {'cgroup/job/memory.stat': 'anon 5\n'}
        )
        == MIB
    )


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='reads the real /proc')
def test_this_machine_has_some_memory_and_not_more_than_it_has():
    from os import sysconf

    assert 0 <= available_memory() <= sysconf('SC_PHYS_PAGES') * sysconf('SC_PAGE_SIZE')


def test_peak_memory_is_the_processs_own_and_not_that_of_the_one_that_started_it():
    """A child that held 200 MB of a parent that held 600 MB."""
    parent = """
import subprocess, sys
held = b'1' * 600_000_000
del held
child = ('from nst_lbfgs.machine.memory import peak_resident_bytes\\n'
         'held = b"1" * 200_000_000\\ndel held\\nprint(peak_resident_bytes())')
subprocess.run([sys.executable, '-c', child], check=True)
"""
    output = subprocess.run([sys.executable, '-c', parent], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert 200e6 < int(output.stdout) < 400e6
