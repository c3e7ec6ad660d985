"""What the processor says of itself, on Linux. Knows nothing of TensorFlow."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

CPUINFO = Path('/proc/cpuinfo')
FLAG_LINES = 'flags', 'Features'  # on x86, on ARM


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """Return the processor's name."""
    names = (value for name, value in _lines(cpuinfo) if name == 'model name')
    return next(names, platform.processor() or platform.machine())


def processor_flags(cpuinfo: Path = CPUINFO) -> set[str] | None:
    """Return the names of the instruction sets that it has, or None where that is not said."""
    return next((set(value.split()) for name, value in _lines(cpuinfo) if name in FLAG_LINES), None)


def lacks_avx512(cpuinfo: Path = CPUINFO) -> bool:
    """Return whether this is an x86 processor that says that it has no AVX-512."""
    flags = processor_flags(cpuinfo) or set()
    return 'sse2' in flags and 'avx512f' not in flags


def _lines(cpuinfo: Path) -> Iterator[tuple[str, str]]:
    try:
        with open(cpuinfo, encoding='utf-8') as file:
            for line in file:
                name, _, value = line.partition(':')
                yield name.strip(), value.strip()
    except OSError:
        pass  # not Linux
