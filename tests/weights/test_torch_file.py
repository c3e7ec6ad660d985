"""Torch's old file format, read without torch: what is read, and what is refused."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights.torch_file import read_tensors
from tests.support.fake_weights import write_legacy_torch

ARRAYS = {
    '0.weight': np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1),
    '0.bias': np.array([0.5, -1, 2], np.float32),
    '2.weight': np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 2, 2),
}


def test_reads_names_and_numbers_in_order(tmp_path):
    """Names, shapes and numbers come back in the order of the state dict, not of the storages."""
    read = list(read_tensors(write_legacy_torch(tmp_path / 'w.pth', ARRAYS)))
    assert [name for name, _ in read] == list(ARRAYS)
    for name, array in read:
        np.testing.assert_array_equal(array, ARRAYS[name])


class _Malicious:
    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.system, (f'touch {self.folder}/owned',)


def test_code_in_a_pickle_is_refused(tmp_path):
    """A pickle that would run a command is refused, and the command is not run."""
    path = write_legacy_torch(tmp_path / 'w.pth', ARRAYS, extra={'x': _Malicious(str(tmp_path))})
    with pytest.raises(WeightsError, match='posix.system, which is not allowed|nt.system'):
        list(read_tensors(path))
    assert not (tmp_path / 'owned').exists()


@pytest.mark.parametrize('innocent', [OrderedDict.fromkeys, print, complex, np.float32(1)])
def test_other_names_are_refused(tmp_path, innocent):
    """Harmless names are refused too: only the three that are needed are known."""
    path = write_legacy_torch(tmp_path / 'w.pth', ARRAYS, extra={'x': innocent})
    with pytest.raises(WeightsError, match='not allowed'):
        list(read_tensors(path))


def test_entries_that_are_no_tensors_are_refused(tmp_path):
    """A state dict of anything but tensors is not what is wanted."""
    path = write_legacy_torch(tmp_path / 'w.pth', ARRAYS, extra={'epoch': 3})
    with pytest.raises(WeightsError, match='more than tensors'):
        list(read_tensors(path))


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'PK\x03\x04 a zip, as torch writes since 1.6',
        b'\x80\x02K\x01.' * 5,
        pickle.dumps('a pickle of something else', protocol=2),
    ],
    ids=['empty', 'zip', 'small pickles', 'one pickle'],
)
def test_other_files_are_refused(tmp_path, content):
    """What is no such file is refused with a WeightsError."""
    (tmp_path / 'w.pth').write_bytes(content)
    with pytest.raises(WeightsError):
        list(read_tensors(tmp_path / 'w.pth'))


def test_every_truncation_is_refused(tmp_path):
    """A file that ends early is refused, wherever it ends."""
    whole = write_legacy_torch(tmp_path / 'w.pth', ARRAYS).read_bytes()
    for size in range(len(whole)):
        (tmp_path / 'cut.pth').write_bytes(whole[:size])
        with pytest.raises(WeightsError):
            list(read_tensors(tmp_path / 'cut.pth'))


def test_a_size_beyond_the_file_takes_no_memory(tmp_path):
    """A storage that claims to be larger than the file is refused before memory is asked for."""
    content = write_legacy_torch(tmp_path / 'w.pth', {'x': np.zeros(300, np.float32)}).read_bytes()
    opcode_300, count_300 = b'M\x2c\x01', (300).to_bytes(8, 'little')
    assert content.count(opcode_300) == 2 and content.count(count_300) == 1
    huge = (2**40).to_bytes(8, 'little')
    (tmp_path / 'w.pth').write_bytes(content.replace(count_300, huge).replace(opcode_300, b'\x8a\x08' + huge))
    with pytest.raises(WeightsError, match='ends in the middle'):
        list(read_tensors(tmp_path / 'w.pth'))


def test_a_huge_memo_index_takes_no_memory(tmp_path):
    """A pickle that names the memo's entry two thousand million gets no table of that length."""
    resource = pytest.importorskip('resource')
    (tmp_path / 'w.pth').write_bytes(b'\x80\x02K\x01r\xff\xff\xff\x7f.' * 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(WeightsError):
        list(read_tensors(tmp_path / 'w.pth'))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + (1 << 19)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_broken_bytes_never_escape(tmp_path, data):
    """Whatever is done to the pickles' bytes, the file is read or refused with a WeightsError."""
    broken = bytearray(write_legacy_torch(tmp_path / 'w.pth', ARRAYS).read_bytes())
    places = st.integers(0, len(broken) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        broken[place] = data.draw(st.integers(0, 255))
    (tmp_path / 'w.pth').write_bytes(broken)
    try:
        list(read_tensors(tmp_path / 'w.pth'))
    except WeightsError:
        pass
