"""Several runs with one prefix at the same time: one writes, the others are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cli.main import main
from cli.runs.lock import run_lock

from ...support.error_lines import error_line
from ...support.processes import SWEEP, TRANSFER, finish, left_lying, start

RECONSTRUCT = [
    *['reconstruct', 'style', 'base.png', 'out', '--weights', 'random', '--iter', '1', '--maxfun', '1'],
    *['--image-height', '32', '--precision', 'float32', '--layer', 'block1_conv1'],
]

pytestmark = pytest.mark.usefixtures('folder')


@pytest.mark.parametrize('command', [RECONSTRUCT, SWEEP], ids=lambda command: command[0])
def test_a_second_one_with_the_same_prefix_is_refused(command, capsys):
    with run_lock(Path('out.lock')):
        assert main(command) == 1
        assert 'Another run is writing to out' in error_line(capsys)
    assert not list(Path().glob('out*'))


@pytest.mark.slow
@pytest.mark.parametrize('command', [TRANSFER, RECONSTRUCT, SWEEP], ids=lambda command: command[0])
def test_one_of_three_writes(command, rounds):
    for _ in range(rounds):
        for path in Path().glob('out*'):
            path.unlink()
        outcomes = [finish(process) for process in [start(*command) for _ in range(3)]]
        refused = [said for code, said in outcomes if code]
        assert len(refused) < 3 and all(code in (0, 1) for code, _ in outcomes)
        if command is not SWEEP:  # a sweep that comes later finds all done, and ends well
            assert len(refused) == 2
        for said in refused:
            assert said.count('\n') == 1 and (
                'Another run is writing to out' in said or 'exists already' in said
            )
        assert sum('evaluations' in said for _, said in outcomes) == 1  # all were made by one
        assert left_lying() == []
        for path in Path().glob('out*.png'):
            Image.open(path).load()
        for path in Path().glob('out*.json'):
            json.loads(path.read_text())
