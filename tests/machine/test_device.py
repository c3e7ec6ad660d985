"""What a processor says that it has."""

from __future__ import annotations

import pytest
import tensorflow as tf

from nst_lbfgs.machine.device import device_description, may_have_bfloat16
from nst_lbfgs.machine.processor import lacks_avx512

X86 = 'processor\t: 0\nmodel name\t: A processor\nflags\t\t: fpu sse2 avx2 {}\n\nprocessor\t: 1\n'
ARM = 'processor\t: 0\nBogoMIPS\t: 50.0\nFeatures\t: fp asimd {}\nCPU part\t: 0xd40\n'
RISC_V = 'processor\t: 0\nisa\t\t: rv64imafdc\n'


@pytest.mark.parametrize(
    'text, expected',
    [
        (X86.format(''), False),
        (X86.format('avx512f avx512_vnni'), False),
        (X86.format('avx512f avx512_bf16'), True),
        (X86.format('amx_bf16 amx_tile'), True),
        (ARM.format('sve'), False),
        (ARM.format('sve bf16'), True),
        (RISC_V, True),
    ],
)
def test_only_a_processor_that_says_so_has_no_bfloat16(text, expected, tmp_path):
    """Where nothing is said a trial has to find out."""
    cpuinfo = tmp_path / 'cpuinfo'
    cpuinfo.write_text(text)
    assert may_have_bfloat16(cpuinfo) is expected


def test_where_there_is_no_such_file_it_may_have(tmp_path):
    assert may_have_bfloat16(tmp_path / 'missing')


def test_a_gpu_may_have_bfloat16_whatever_the_processor_says(tmp_path, monkeypatch):
    monkeypatch.setattr(tf.config, 'list_physical_devices', lambda kind: [kind])
    cpuinfo = tmp_path / 'cpuinfo'
    cpuinfo.write_text(X86.format(''))
    assert may_have_bfloat16(cpuinfo)


def test_the_processor_is_named_with_its_cores():
    assert device_description().endswith(' cores')


@pytest.mark.parametrize(
    'text, expected',
    [(X86.format(''), True), (X86.format('avx512f'), False), (ARM.format(''), False), ('', False)],
)
def test_only_an_x86_processor_lacks_avx512(text, expected, tmp_path):
    cpuinfo = tmp_path / 'cpuinfo'
    cpuinfo.write_text(text)
    assert lacks_avx512(cpuinfo) is expected
