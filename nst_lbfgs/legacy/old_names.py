"""The list of old Keras's public names: which modules had them, and which are refused and why.

Plain data in two text files beside this one, read without Keras: what `--check` says, what a run
supplies and what the tests hold is all from here.
"""

from __future__ import annotations

import functools
from pathlib import Path

_FOLDER = Path(__file__).parent


@functools.cache
def old_modules() -> dict[str, dict[str, str]]:
    """Return, for each module of Keras 0.3 to 2.3, its public names with their versions ('1.0-2.2')."""
    modules: dict[str, dict[str, str]] = {}
    for line in _lines('old_names.txt'):
        if line.startswith('['):
            names = modules.setdefault(line.strip('[]'), {})
        else:
            versions, *found = line.split()
            names.update(dict.fromkeys(found, versions))
    return modules


def advice(module: str, name: str) -> str | None:
    """Return what to use instead of an old name that is not supported, or None if it is."""
    refused = _refused()
    for key in (f'{module}.{name}', f'{module}.*', name):
        if key in refused:
            return refused[key] or None
    return None


def is_old_name(module: str, name: str) -> bool:
    """Return whether a module of some old Keras had this name, or had such a module in it."""
    modules = old_modules()
    return name in modules.get(module, {}) or f'{module}.{name}' in modules


@functools.cache
def _refused() -> dict[str, str]:
    refused = {}
    for line in _lines('refused_names.txt'):
        names, _, instead = line.partition(':')
        refused.update(dict.fromkeys(names.split(), instead.strip()))
    return refused


def _lines(file: str) -> list[str]:
    text = (_FOLDER / file).read_text(encoding='utf-8')
    return [line for line in text.splitlines() if line and not line.startswith('#')]
