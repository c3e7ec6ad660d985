"""What the tests of old scripts share: small pictures, and `run_old` to run a script's text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs.legacy.settings import SETTINGS

SIZE = 36


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Random weights for every test, and the settings as they were afterwards."""
    before = vars(SETTINGS).copy()
    SETTINGS.weights = 'random'
    yield
    vars(SETTINGS).update(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two small pictures, content.png and style.png."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(7)
    for name in ('content', 'style'):
        pixels = generator.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((SIZE, SIZE)).save(tmp_path / f'{name}.png')
    return tmp_path


@pytest.fixture
def run_old(folder: Path) -> Callable[..., int]:
    """Write a script's text to script.py (or another name) and run it by the command line."""

    def run(text: str, *arguments: str, options: tuple[str, ...] = (), name: str = 'script.py') -> int:
        (folder / name).write_text(dedent(text), encoding='utf-8')
        return main(['run', '--weights', 'random', *options, name, *arguments])

    return run
