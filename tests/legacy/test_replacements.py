"""Attributes replaced for the length of a run, in modules that are imported later too."""

from __future__ import annotations

import importlib
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nst_lbfgs.legacy.replacements import once_imported, replace


@pytest.mark.parametrize('before', [True, False], ids=['imported', 'not yet imported'])
def test_a_module_is_changed_once_it_is_there(
    before: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is imported, and as it was afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'late_module.py').write_text('def load():\n    return 1\n')
    (tmp_path / 'user_of_it.py').write_text('from late_module import load\nfound = load()\n')
    finders = list(sys.meta_path)
    with ExitStack() as undo:
        undo.callback(sys.modules.pop, 'late_module', None)
        undo.callback(sys.modules.pop, 'user_of_it', None)
        if before:
            importlib.import_module('late_module')
        change: Any = lambda module: replace(run, module, 'load', lambda: 2)
        with ExitStack() as run:
            once_imported(run, 'late_module', change)
            assert importlib.import_module('user_of_it').found == 2
        assert importlib.import_module('late_module').load() == 1
    assert sys.meta_path == finders
